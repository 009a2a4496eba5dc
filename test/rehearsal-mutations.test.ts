/**
 * Whether the rehearsal would notice: templates that are broken by hand must lose records, or fail to deploy.
 */
import { aws_kms as kms } from 'aws-cdk-lib';
import type { AppGraph, Node } from './rehearsal/app-graph';
import { FakeAws } from './rehearsal/fake-aws';
import { type Build, LAYOUTS, NEW, OTHER_KEY_ARN, PARAMETERS, stackIn, world } from './rehearsal/layouts';
import { possibleOrders } from './rehearsal/orders';
import { appGraph, Rehearsal } from './rehearsal/rehearsal';
import { instanceWithRole, KEY_ARN, ROLE_ARN, SID } from './support';
import { ConnectDataStreaming } from '../src';

const POLICY = LAYOUTS['imported stream, key of the app'];
const GRANT = LAYOUTS['another app\'s key, role known'];
const LOOKED_UP_GRANT = LAYOUTS['another app\'s key, role looked up'];

let aws: FakeAws;
let rehearsal: Rehearsal;
beforeAll(async () => {
  aws = await FakeAws.start();
  rehearsal = new Rehearsal(aws, PARAMETERS);
});
afterAll(() => aws.stop());

type Mutation = (node: Node) => void;

/** Changes the resources of a type: at least one of them. */
function mutated(build: Build, type: string, mutate: Mutation): AppGraph {
  const app = appGraph(build);
  const nodes = app.stacks.flatMap((stack) => [...stack.nodes.values()]).filter(({ resource }) => resource.Type === type);
  const content = () => JSON.stringify(nodes.map(({ resource, needs }) => [resource, [...needs]]));
  const before = content();
  nodes.forEach(mutate);
  expect(content()).not.toBe(before);
  return app;
}

/** Makes a resource wait for nothing of a type. */
function forget(type: string): Mutation {
  return ({ needs, scope }) => {
    for (const need of needs) if (scope.template.Resources[need.split('/')[1]].Type === type) needs.delete(need);
  };
}

/** Replaces a text everywhere in the properties of a resource. */
function replace(from: string, to: string): Mutation {
  return ({ resource }) => {
    Object.assign(resource, { Properties: JSON.parse(JSON.stringify(resource.Properties).replaceAll(from, to)) as object });
  };
}

/** The statements of a key policy. */
function statements({ resource }: Node): Array<{ Sid?: string; Principal: object }> {
  return (resource.Properties!.KeyPolicy as { Statement: Array<{ Sid?: string; Principal: object }> }).Statement;
}

const ASSOCIATION = 'AWS::Connect::InstanceStorageConfig';

describe('a record is lost on creation', () => {
  test.each<[string, Build, string, Mutation]>([
    ['the association does not wait for the key', POLICY, ASSOCIATION, (node) => {
      forget('AWS::KMS::Key')(node);
      forget('AWS::Kinesis::Stream')(node);
      node.scope.template.Resources[node.logicalId].Properties!.KinesisStreamConfig = { StreamArn: 'arn:aws:kinesis:us-east-1:111122223333:stream/existing' };
    }],
    ['the statement is missing', POLICY, 'AWS::KMS::Key', (node) => { statements(node).pop(); }],
    ['the statement allows another action', POLICY, 'AWS::KMS::Key', replace('kms:GenerateDataKey', 'kms:Encrypt')],
    ['the statement denies', POLICY, 'AWS::KMS::Key', replace('"Allow","Principal":{"AWS":{"Fn::GetAtt"', '"Deny","Principal":{"AWS":{"Fn::GetAtt"')],
    ['the statement has a condition', POLICY, 'AWS::KMS::Key', replace(`"Sid":"${SID}"`, `"Sid":"${SID}","Condition":{"Bool":{"aws:SecureTransport":"false"}}`)],
    ['the association does not wait for the grant', GRANT, ASSOCIATION, forget('Custom::AWS')],
    ['the grant allows another operation', GRANT, 'Custom::AWS', replace('[\\"GenerateDataKey\\"]', '[]')],
    ['the second role is not let in', LAYOUTS['two instances on one key'], 'AWS::KMS::Key', (node) => { statements(node).pop(); }],
  ])('%s', async (_, build, type, mutate) => {
    const { losses } = await rehearsal.create(world(), mutated(build, type, mutate));
    expect(losses).not.toEqual([]);
  });
});

test('a record is lost on deletion where the association does not wait for the grant', async () => {
  const { world: created } = await rehearsal.create(world(), appGraph(GRANT));
  const { losses } = await rehearsal.delete(created, mutated(GRANT, ASSOCIATION, forget('Custom::AWS')));
  expect(losses).not.toEqual([]);
});

test('a record is lost on an update where the stream does not wait for the grant', async () => {
  const withKey = (keyArn: string): Build => (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), agentEvents: NEW, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn),
    });
  };
  const before = appGraph(withKey(KEY_ARN));
  const { world: created } = await rehearsal.create(world(), before);
  const after = mutated(withKey(OTHER_KEY_ARN), 'AWS::Kinesis::Stream', forget('Custom::AWS'));
  expect((await rehearsal.update(created, before, after)).losses).not.toEqual([]);
});

describe('a deployment fails', () => {
  test.each<[string, Build, string, Mutation, string]>([
    ['the look-up may not describe the instance', POLICY, 'AWS::IAM::Policy', replace('connect:DescribeInstance', 'connect:ListInstances'), 'not authorized to perform: connect:DescribeInstance'],
    ['the look-up may not describe directories', POLICY, 'AWS::IAM::Policy', replace('ds:DescribeDirectories', 'ds:DescribeTrusts'), 'not authorized to perform: connect:DescribeInstance'],
    ['the look-up may describe another instance', POLICY, 'AWS::IAM::Policy', replace('-111111111111', '-222222222222'), 'not authorized to perform: connect:DescribeInstance'],
    ['the look-up does not wait for its policy', POLICY, 'Custom::AWS', forget('AWS::IAM::Policy'), 'not authorized to perform: connect:DescribeInstance'],
    ['the look-up returns all that it got', POLICY, 'Custom::AWS', replace(',\\"outputPaths\\":[\\"Instance.ServiceRole\\"]', ''), 'CloudFormation takes 4096'],
    ['the grant\'s role may not make it', GRANT, 'AWS::IAM::Policy', replace('kms:CreateGrant', 'kms:ListGrants'), 'not authorized to perform: kms:CreateGrant'],
    ['the grant is for another role than its policy says', GRANT, 'AWS::IAM::Policy', replace(ROLE_ARN, `${ROLE_ARN}x`), 'not authorized to perform: kms:CreateGrant'],
    ['the statement names a role that is not there', POLICY, 'AWS::KMS::Key', (node) => { statements(node).at(-1)!.Principal = { AWS: `${ROLE_ARN}x` }; }, 'KMS refuses the key policy'],
    ['the grant is made before its role is known', LOOKED_UP_GRANT, 'Custom::AWS', (node) => node.needs.clear(), 'is used before it is there'],
    ['a second association', LAYOUTS['new streams, role looked up'], ASSOCIATION, replace('AGENT_EVENTS', 'CONTACT_TRACE_RECORDS'), 'has an association for CONTACT_TRACE_RECORDS already'],
    ['no such instance', POLICY, ASSOCIATION, replace('instance/aaaaaaaa', 'instance/bbbbbbbb'), 'there is no instance'],
  ])('%s', async (_, build, type, mutate, message) => {
    await expect(rehearsal.create(world(), mutated(build, type, mutate))).rejects.toThrow(message);
  });

  test('a grant that its role may not revoke', async () => {
    const app = mutated(GRANT, 'AWS::IAM::Policy', replace('kms:RevokeGrant', 'kms:ListGrants'));
    const { world: created } = await rehearsal.create(world(), app);
    await expect(rehearsal.delete(created, app)).rejects.toThrow('not authorized to perform: kms:RevokeGrant');
  });
});

describe('orders', () => {
  const needs = (edges: Record<string, string[]>) => new Map(Object.entries(edges).map(([item, before]) => [item, new Set(before)]));

  test('all that there are', () => {
    expect(possibleOrders(needs({ a: [], b: ['a'], c: ['a'] }), () => false)).toEqual({
      orders: [['a', 'b', 'c'], ['a', 'c', 'b']], exhaustive: true,
    });
  });

  test('the adversarial ones of too many', () => {
    const many = needs(Object.fromEntries([...'abcdefgh'].map((item) => [item, []])));
    const { orders, exhaustive } = possibleOrders(many, (item) => item === 'c');
    expect(exhaustive).toBe(false);
    expect(orders.some(([first]) => first === 'c')).toBe(true); // eager: as early as can be
    for (const item of 'abdefgh') expect(orders.some((order) => order.at(-1) === item)).toBe(true); // the others: as late as can be
  });
});

/**
 * Breaks templates on purpose: the deployment simulation must lose a record, fail the deployment or report different end states.
 */
import { aws_connect as connect, aws_iam as iam, aws_kms as kms, custom_resources as cr } from 'aws-cdk-lib';
import { ConnectDataStreaming } from '../src';
import { ConnectAndKmsServer } from './simulation/connect-and-kms-server';
import { type Build, existingAccount, NEW_STREAM, OTHER_KEY_ARN, PARAMETERS, SCENARIOS, stackIn } from './simulation/scenarios';
import { appGraph, ComparedSimulation } from './simulation/simulation';
import { INSTANCE_ARN, instanceWithRole, KEY_ARN, ROLE_ARN, SID, STREAM_ARN } from './support';
import { checkGraphs } from '../src/check/check';
import type { DeploymentGraph, Node } from '../src/check/simulation/deployment-graph';
import { possibleOrders } from '../src/check/simulation/orders';

const KEY_POLICY = SCENARIOS['an imported stream with a key of the app'];
const GRANT = SCENARIOS['an imported key, role known'];
const GRANT_AFTER_LOOKUP = SCENARIOS['an imported key, role looked up'];

let server: ConnectAndKmsServer;
let simulation: ComparedSimulation;
beforeAll(async () => {
  server = await ConnectAndKmsServer.start();
  simulation = new ComparedSimulation(server, PARAMETERS);
});
afterAll(() => server.stop());

type Break = (node: Node) => void;

/** Breaks all resources of a type. At least one of them must change. */
function broken(build: Build, type: string, breakNode: Break): DeploymentGraph {
  const app = appGraph(build);
  const nodes = app.stacks.flatMap((stack) => [...stack.nodes.values()]).filter(({ resource }) => resource.Type === type);
  const content = () => JSON.stringify(nodes.map(({ resource, dependencies }) => [resource, [...dependencies]]));
  const before = content();
  nodes.forEach(breakNode);
  expect(content()).not.toBe(before);
  return app;
}

/** Removes the dependencies of a resource on resources of a type. */
function removeDependenciesOn(type: string): Break {
  return ({ dependencies, scope }) => {
    for (const id of dependencies) if (scope.template.Resources[id.split('/')[1]].Type === type) dependencies.delete(id);
  };
}

/** Replaces a text everywhere in the properties of a resource. */
function replace(from: string, to: string): Break {
  return ({ resource }) => {
    Object.assign(resource, { Properties: JSON.parse(JSON.stringify(resource.Properties).replaceAll(from, to)) as object });
  };
}

function keyPolicyStatements({ resource }: Node): Array<{ Sid?: string; Principal: object }> {
  return (resource.Properties!.KeyPolicy as { Statement: Array<{ Sid?: string; Principal: object }> }).Statement;
}

const ASSOCIATION = 'AWS::Connect::InstanceStorageConfig';

/** The check of templates finds the problem too, without knowing the account. */
function expectFinding(app: DeploymentGraph, deployed?: DeploymentGraph): void {
  expect(checkGraphs(app, deployed).filter(({ severity }) => severity === 'error')).not.toEqual([]);
}

describe('a record is lost on creation', () => {
  test.each<[string, Build, string, Break]>([
    ['the association does not depend on the key', KEY_POLICY, ASSOCIATION, (node) => {
      removeDependenciesOn('AWS::KMS::Key')(node);
      removeDependenciesOn('AWS::Kinesis::Stream')(node);
      node.scope.template.Resources[node.logicalId].Properties!.KinesisStreamConfig = { StreamArn: STREAM_ARN };
    }],
    ['the key policy has no statement for Amazon Connect', KEY_POLICY, 'AWS::KMS::Key', (node) => { keyPolicyStatements(node).pop(); }],
    ['the statement allows another action', KEY_POLICY, 'AWS::KMS::Key', replace('kms:GenerateDataKey', 'kms:Encrypt')],
    ['the statement denies access', KEY_POLICY, 'AWS::KMS::Key', replace('"Allow","Principal":{"AWS":{"Fn::GetAtt"', '"Deny","Principal":{"AWS":{"Fn::GetAtt"')],
    ['the statement has a condition', KEY_POLICY, 'AWS::KMS::Key', replace(`"Sid":"${SID}"`, `"Sid":"${SID}","Condition":{"Bool":{"aws:SecureTransport":"false"}}`)],
    ['the association does not depend on the grant', GRANT, ASSOCIATION, removeDependenciesOn('Custom::AWS')],
    ['the grant allows another operation', GRANT, 'Custom::AWS', replace('[\\"GenerateDataKey\\"]', '[]')],
    ['the second service-linked role has no access', SCENARIOS['two instances with one key'], 'AWS::KMS::Key', (node) => { (keyPolicyStatements(node).at(-1)!.Principal as { AWS: unknown[] }).AWS.pop(); }],
  ])('if %s', async (_, build, type, breakNode) => {
    const app = broken(build, type, breakNode);
    const { lostRecords } = await simulation.create(existingAccount(), app);
    expect(lostRecords).not.toEqual([]);
    expectFinding(app);
  });
});

test('a record is lost on deletion if the association does not depend on the grant', async () => {
  const { account } = await simulation.create(existingAccount(), appGraph(GRANT));
  const app = broken(GRANT, ASSOCIATION, removeDependenciesOn('Custom::AWS'));
  expect((await simulation.delete(account, app)).lostRecords).not.toEqual([]);
});

test('the adversarial orders of a deletion find a record that is lost if the association does not depend on the grant', async () => {
  const { account } = await simulation.create(existingAccount(), appGraph(GRANT));
  const app = broken(GRANT, ASSOCIATION, removeDependenciesOn('Custom::AWS'));
  const { lostRecords, exhaustive } = await new ComparedSimulation(server, PARAMETERS, 1).delete(account, app);
  expect(exhaustive).toBe(false);
  expect(lostRecords).not.toEqual([]);
});

test('a record is lost on an update if the stream does not depend on the grant', async () => {
  const withKey = (keyArn: string): Build => (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), agentEvents: NEW_STREAM, encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn),
    });
  };
  const before = appGraph(withKey(KEY_ARN));
  const { account } = await simulation.create(existingAccount(), before);
  const after = broken(withKey(OTHER_KEY_ARN), 'AWS::Kinesis::Stream', removeDependenciesOn('Custom::AWS'));
  expect((await simulation.update(account, before, after)).lostRecords).not.toEqual([]);
  expectFinding(after, before);
});

describe('a deployment fails', () => {
  test.each<[string, Build, string, Break, string]>([
    ['the lookup is not allowed to describe the instance', KEY_POLICY, 'AWS::IAM::Policy', replace('connect:DescribeInstance', 'connect:ListInstances'), 'not authorized to perform: connect:DescribeInstance'],
    ['the lookup is not allowed to describe directories', KEY_POLICY, 'AWS::IAM::Policy', replace('ds:DescribeDirectories', 'ds:DescribeTrusts'), 'not authorized to perform: connect:DescribeInstance'],
    ['the lookup is allowed to describe another instance only', KEY_POLICY, 'AWS::IAM::Policy', replace('-111111111111', '-222222222222'), 'not authorized to perform: connect:DescribeInstance'],
    ['the lookup does not depend on its policy', KEY_POLICY, 'Custom::AWS', removeDependenciesOn('AWS::IAM::Policy'), 'not authorized to perform: connect:DescribeInstance'],
    ['the lookup returns the whole response', KEY_POLICY, 'Custom::AWS', replace(',\\"outputPaths\\":[\\"Instance.ServiceRole\\"]', ''), 'cannot exceed 4096 bytes'],
    ['the custom resource is not allowed to create the grant', GRANT, 'AWS::IAM::Policy', replace('kms:CreateGrant', 'kms:ListGrants'), 'not authorized to perform: kms:CreateGrant'],
    ['the custom resource is allowed to create the grant for another role only', GRANT, 'AWS::IAM::Policy', replace(ROLE_ARN, `${ROLE_ARN}x`), 'not authorized to perform: kms:CreateGrant'],
    ['the statement names a role that does not exist', KEY_POLICY, 'AWS::KMS::Key', (node) => { keyPolicyStatements(node).at(-1)!.Principal = { AWS: `${ROLE_ARN}x` }; }, 'AWS KMS rejects the key policy'],
    ['the grant does not depend on the lookup of its role', GRANT_AFTER_LOOKUP, 'Custom::AWS', (node) => node.dependencies.clear(), 'is referenced before it is deployed'],
    ['two associations have the same data type', SCENARIOS['a new stream for each data type, role looked up'], ASSOCIATION, replace('AGENT_EVENTS', 'CONTACT_TRACE_RECORDS'), 'already has an association for CONTACT_TRACE_RECORDS'],
    ['the instance does not exist', KEY_POLICY, ASSOCIATION, replace('instance/aaaaaaaa', 'instance/bbbbbbbb'), 'instance/bbbbbbbb-bbbb-cccc-dddd-111111111111 does not exist'],
  ])('if %s', async (_, build, type, breakNode, message) => {
    await expect(simulation.create(existingAccount(), broken(build, type, breakNode))).rejects.toThrow(message);
  });
});

test('a deployment fails if the value of a parameter is missing', async () => {
  const app = appGraph(SCENARIOS['an unresolved instance ARN']);
  await expect(new ComparedSimulation(server).create(existingAccount(), app)).rejects.toThrow('cannot determine parameter InstanceArn of Stack');
});

test('a deletion fails if the grant no longer exists', async () => {
  const app = handWritten({ Grant: { onCreate: createGrant('a'), onDelete: { ...revokeGrant(grantId('a', 1)), ignoreErrorCodesMatching: undefined } } });
  const { account } = await simulation.create(existingAccount(), app);
  account.keys[KEY_ARN].grants.length = 0;
  await expect(simulation.delete(account, app)).rejects.toThrow('Grant ID not found');
});

test('a grant remains after the deletion if its retiring principal is another role', async () => {
  const app = broken(GRANT, 'Custom::AWS', replace('RetiringPrincipal\\":\\"', 'RetiringPrincipal\\":\\"other-'));
  const { account } = await simulation.create(existingAccount(), app);
  expect((await simulation.delete(account, app)).account.keys[KEY_ARN].grants).toHaveLength(1);
});

/** The id of the grant of that name which the simulation creates first or second. */
const grantId = (name: string, count: number) => `grant-${name}-on-${KEY_ARN.replaceAll('/', '-')}-${count}`;
const createGrant = (name: string): cr.AwsSdkCall => ({
  service: 'kms',
  action: 'CreateGrant',
  parameters: { KeyId: KEY_ARN, GranteePrincipal: ROLE_ARN, Operations: ['GenerateDataKey'], Name: name },
  outputPaths: ['GrantToken'],
  physicalResourceId: cr.PhysicalResourceId.of(name),
});
const revokeGrant = (GrantId: string): cr.AwsSdkCall => ({
  service: 'kms',
  action: 'RevokeGrant',
  parameters: { KeyId: KEY_ARN, GrantId },
  outputPaths: ['GrantId'], // none: an ignored error must return the same data as success
  physicalResourceId: cr.PhysicalResourceId.of(GrantId),
  ignoreErrorCodesMatching: 'NotFoundException',
});

/** A stack of independent custom resources, and of an association that depends on one of them. */
function handWritten(calls: Record<string, { onCreate: cr.AwsSdkCall; onDelete?: cr.AwsSdkCall }>, associationDependsOn?: string): DeploymentGraph {
  return appGraph((app) => {
    const stack = stackIn(app);
    const role = new iam.Role(stack, 'Role', { assumedBy: new iam.ServicePrincipal('lambda.amazonaws.com') });
    const policy = new iam.Policy(stack, 'Policy', {
      roles: [role], statements: [new iam.PolicyStatement({ actions: ['kms:CreateGrant', 'kms:RevokeGrant'], resources: [KEY_ARN] })],
    });
    for (const [id, call] of Object.entries(calls)) {
      new cr.AwsCustomResource(stack, id, { ...call, role, installLatestAwsSdk: false }).node.addDependency(policy);
    }
    if (associationDependsOn === undefined) return;
    new connect.CfnInstanceStorageConfig(stack, 'Association', {
      instanceArn: INSTANCE_ARN, resourceType: 'AGENT_EVENTS', storageType: 'KINESIS_STREAM', kinesisStreamConfig: { streamArn: STREAM_ARN },
    }).node.addDependency(stack.node.findChild(associationDependsOn));
  });
}

test('the simulation reports that two orders end in different states', async () => {
  const app = handWritten({ Create: { onCreate: createGrant('a') }, Revoke: { onCreate: revokeGrant(grantId('a', 1)) } });
  const error = await simulation.create(existingAccount(), app).then(() => undefined, ({ message }: Error) => message);
  expect(error).toMatch(new RegExp([
    '^Two orders end in different states:',
    '1\\. deploying \\[Stack/Policy\\w+, Stack/Create\\w+, Stack/Revoke\\w+\\], cleaning up \\[\\]',
    '2\\. deploying \\[Stack/Policy\\w+, Stack/Revoke\\w+, Stack/Create\\w+\\], cleaning up \\[\\]',
    'Differences \\(1 / 2\\):',
    `keys > ${KEY_ARN} > grants > ${grantId('a', 1)}: absent / {.*"grantee":"${ROLE_ARN}".*}$`,
  ].join('\n')));
});

test('a record is lost that only one combination of a deployment order and a cleanup order loses', async () => {
  // Each of the grants is enough for the association. The cleanup deletes `Second` before or after the association, and `First` after it.
  const before = handWritten({
    First: { onCreate: createGrant('first'), onDelete: revokeGrant(grantId('first', 2)) },
    Second: { onCreate: createGrant('second'), onDelete: revokeGrant(grantId('second', 1)) },
  }, 'First');
  // After `Revoke` and then `Create`, a grant `first` exists until the cleanup. After `Create` and then `Revoke`, it does not.
  const after = handWritten({ Revoke: { onCreate: revokeGrant(grantId('first', 1)) }, Create: { onCreate: createGrant('first') } });

  const { account, lostRecords: lostOnCreation } = await simulation.create(existingAccount(), before);
  expect(lostOnCreation).toEqual([]);
  const { combinations, exhaustive, lostRecords } = await simulation.update(account, before, after);
  expect([combinations, exhaustive]).toEqual([2 * 3, true]);
  expect(lostRecords).toEqual([expect.objectContaining({
    after: expect.stringMatching(/^cleaning up Stack\/Second\w+$/) as unknown,
    order: expect.stringMatching(/^deploying \[.*Create.*Revoke.*\], cleaning up \[.*Second.*Association.*First.*\]$/) as unknown,
  })]);
});

describe('orders', () => {
  const dependencies = (edges: Record<string, string[]>) => new Map(Object.entries(edges).map(([item, before]) => [item, new Set(before)]));

  test('are all possible orders up to the limit', () => {
    expect(possibleOrders(dependencies({ a: [], b: ['a'], c: ['a'] }), 2)).toEqual({
      orders: [['a', 'b', 'c'], ['a', 'c', 'b']], exhaustive: true,
    });
  });

  test('are the adversarial orders beyond the limit, with each item as early and as late as possible', () => {
    const independent = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const { orders, exhaustive } = possibleOrders(dependencies({ ...Object.fromEntries(independent.map((item) => [item, []])), h: ['g'] }));
    expect(exhaustive).toBe(false);
    for (const item of independent) expect(orders.some(([first]) => first === item)).toBe(true);
    for (const item of [...independent.filter((other) => other !== 'g'), 'h']) expect(orders.some((order) => order.at(-1) === item)).toBe(true);
    expect(orders.some(([first, second]) => first === 'g' && second === 'h')).toBe(true);
    expect(orders.some((order) => order.at(-2) === 'g' && order.at(-1) === 'h')).toBe(true);
  });

  test('fail if dependencies are circular', () => {
    expect(() => possibleOrders(dependencies({ a: ['b'], b: ['a'] }))).toThrow('circular dependency between a, b');
  });
});

/**
 * Proves that the checks of the integ apps detect a broken template: each template is broken by hand and deployed in the same way.
 */
import { ConnectClient, CreateInstanceCommand, DescribeInstanceCommand } from '@aws-sdk/client-connect';
import { Account, type Edit } from './account';
import { existingInstancesApp, newInstanceApp, type Props, STACK, TWO_STREAMS } from './apps';
import type { Loss } from './control';
import type { Output } from './run';
import { KeyAccess, StreamingDestination } from '../../src';
import type { TemplateResource } from '../../src/template/template';

const account = new Account('333333333333');
let existing: { Arn: string; ServiceRole: string };

beforeAll(async () => {
  await account.bootstrap();
  const client = account.client(ConnectClient);
  const { Id } = await client.send(new CreateInstanceCommand({ IdentityManagementType: 'CONNECT_MANAGED', InboundCallsEnabled: true, OutboundCallsEnabled: true }));
  const { Instance } = await client.send(new DescribeInstanceCommand({ InstanceId: Id }));
  existing = { Arn: Instance!.Arn!, ServiceRole: Instance!.ServiceRole! };
});
afterEach(() => account.delete(STACK));
afterAll(() => account.remove());

interface Statement {
  Sid?: string;
  Principal?: unknown;
  Action: string | string[];
}

/** Changes the statements of all policies of a type of resource. */
function editStatements(type: string, property: string, change: (statement: Statement) => Statement | undefined): Edit {
  return ({ Resources }) => {
    let edited = 0;
    for (const { Type, Properties } of Object.values(Resources)) {
      const policy = Type === type ? Properties![property] as { Statement: Statement[] } | undefined : undefined;
      if (!policy) continue;
      const before = JSON.stringify(policy);
      policy.Statement = policy.Statement.map(change).filter((statement) => statement !== undefined);
      if (JSON.stringify(policy) !== before) edited++;
    }
    expect(edited).toBeGreaterThan(0);
  };
}

const editConnectStatement = (change: (statement: Statement) => Statement | undefined) => editStatements('AWS::KMS::Key', 'KeyPolicy',
  (statement) => statement.Sid?.startsWith('Allow use of the key for Amazon Connect') ? change(statement) : statement);

const replaceAction = (action: string) => editStatements('AWS::IAM::Policy', 'PolicyDocument',
  (statement) => [statement.Action].flat().some((one) => one.startsWith(action)) ? { ...statement, Action: 'sts:GetCallerIdentity' } : statement);

/** Removes the dependencies of resources of some types on resources of another type. */
function removeDependencies(from: string[], on: (type: string) => boolean): Edit {
  return ({ Resources }) => {
    let edited = 0;
    for (const resource of Object.values(Resources) as Array<TemplateResource & { DependsOn?: string[] }>) {
      if (!from.includes(resource.Type)) continue;
      const kept = [resource.DependsOn ?? []].flat().filter((id) => !on(Resources[id].Type));
      if (kept.length < (resource.DependsOn ?? []).length) edited++;
      Object.assign(resource, { DependsOn: kept });
    }
    expect(edited).toBeGreaterThan(0);
  };
}

/** Deploys once more if the emulator does not answer: it can lose the call of a custom resource, and CloudFormation then waits. */
async function deploy(...app: Parameters<Account['deploy']>): Promise<Output> {
  const output = await account.deploy(...app);
  if (!output.isKilled) return output;
  console.warn(`The emulator does not answer, the deployment is repeated: ${output.text}`);
  await account.delete(STACK);
  return account.deploy(...app);
}

async function lossesOf(props: Props, edit?: Edit): Promise<Loss[]> {
  await account.control.takeLosses();
  const { exitCode, text } = await deploy(newInstanceApp(props), edit);
  expect([exitCode, text]).toEqual([0, expect.any(String)]);
  return (await account.control.takeLosses()).losses;
}

async function failureOf(define: Parameters<Account['deploy']>[0], edit: Edit): Promise<string> {
  const { exitCode } = await deploy(define, edit);
  expect(exitCode).toBe(1);
  return (await account.reasons(STACK)).join('\n');
}

const DENIED = /AWSServiceRoleForAmazonConnect_\w+ may not kms:GenerateDataKey on/;

test('a template that is not broken loses no record', async () => {
  expect(await lossesOf(TWO_STREAMS)).toEqual([]);
  expect((await account.control.takeLosses()).checks).toBe(0);
});

test('a key policy without the statement loses records', async () => {
  const losses = await lossesOf(TWO_STREAMS, editConnectStatement(() => undefined));
  expect(losses).toContainEqual(expect.objectContaining({ resourceType: 'AGENT_EVENTS', reason: expect.stringMatching(DENIED) as string }));
});

test('a statement for the role of another instance loses records', async () => {
  const losses = await lossesOf(TWO_STREAMS, editConnectStatement((statement) => ({ ...statement, Principal: { AWS: existing.ServiceRole } })));
  expect(losses).toContainEqual(expect.objectContaining({ reason: expect.stringMatching(DENIED) as string }));
});

test('a statement for a role that does not exist fails the deployment', async () => {
  expect(await failureOf(newInstanceApp(TWO_STREAMS), editConnectStatement((statement) => ({ ...statement, Principal: { AWS: `${existing.ServiceRole}x` } }))))
    .toContain('invalid principals');
});

test('streams and associations that do not depend on the grant lose records', async () => {
  const losses = await lossesOf({ ...TWO_STREAMS, keyAccess: KeyAccess.GRANT },
    removeDependencies(['AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream'], (type) => type.startsWith('Custom::')));
  expect(losses).toContainEqual(expect.objectContaining({ reason: expect.stringMatching(DENIED) as string }));
});

test('associations that do not depend on each other fail the deployment', async () => {
  expect(await failureOf(newInstanceApp(TWO_STREAMS),
    removeDependencies(['AWS::Connect::InstanceStorageConfig'], (type) => type === 'AWS::Connect::InstanceStorageConfig'))).toContain('Too Many Requests');
});

test('a delivery stream whose role cannot write to the bucket does not deliver', async () => {
  const losses = await lossesOf({ contactRecords: StreamingDestination.newDeliveryStream() }, replaceAction('s3:'));
  expect(losses).toContainEqual(expect.objectContaining({ reason: expect.stringContaining('may not s3:PutObject on') as string }));
});

test('a custom resource without permission to create the grant fails the deployment', async () => {
  expect(await failureOf(newInstanceApp({ ...TWO_STREAMS, keyAccess: KeyAccess.GRANT }), replaceAction('kms:CreateGrant'))).toContain('kms:CreateGrant');
});

test('a custom resource without permission to look up the instance fails the deployment', async () => {
  expect(await failureOf(existingInstancesApp([existing.Arn], TWO_STREAMS), replaceAction('connect:DescribeInstance'))).toContain('connect:DescribeInstance');
});

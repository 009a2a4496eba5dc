/**
 * Simulates that a stack starts to manage existing associations, and that it stops to manage associations that it retains. Amazon
 * Connect must not lose a record.
 */
import { aws_connect as connect, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, RemovalPolicies, RemovalPolicy } from 'aws-cdk-lib';
import { ConnectDataStreaming, KeyAccess, StreamingDestination } from '../src';
import { ConnectAndKmsServer } from './simulation/connect-and-kms-server';
import { type Build, existingAccount, existingStream, stackIn } from './simulation/scenarios';
import { appGraph, ComparedSimulation } from './simulation/simulation';
import { ENV, existingInstance, instanceWithRole, KEY_ARN, ROLE_ARN } from './support';
import { Migrated } from '../examples/migrate-from-l1/after';
import { HandWritten } from '../examples/migrate-from-l1/before';

let server: ConnectAndKmsServer;
let simulation: ComparedSimulation;
beforeAll(async () => {
  server = await ConnectAndKmsServer.start();
  simulation = new ComparedSimulation(server);
});
afterAll(() => server.stop());

test('no record is lost when an update after an import removes KeyAccess.EXTERNAL and the key owner then revokes the grant', async () => {
  const streaming = (keyAccess?: KeyAccess): Build => (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: existingStream(stack), keyAccess });
  };
  const prepared = existingAccount();
  const { grants } = prepared.keys[KEY_ARN];
  grants.push({ id: 'grant-of-owner', grantee: ROLE_ARN, operations: ['GenerateDataKey'] });
  const [imported, managed] = [streaming(KeyAccess.EXTERNAL), streaming()].map((build) => appGraph(build));
  const { account: start } = await simulation.create(prepared, imported);

  const { account: after, lostRecords } = await simulation.update(start, imported, managed);
  expect(lostRecords).toEqual([]);
  expect(after.associations).toEqual(start.associations);
  after.keys[KEY_ARN].grants.shift(); // the key owner revokes the first grant
  expect(after.keys[KEY_ARN].grants).toHaveLength(1);
  expect(await after.streamRecords()).toEqual([]);
});

describe('when the construct replaces hand-written resources', () => {
  const before: Build = (app) => { new HandWritten(app, 'Stack', { env: ENV }); };

  const after = (logicalId?: string): Build => (app) => {
    const association = new Migrated(app, 'Stack', { env: ENV }).node.findChild('Streaming').node.findChild('AgentEvents').node.findChild('Resource');
    if (logicalId) (association as connect.CfnInstanceStorageConfig).overrideLogicalId(logicalId);
  };

  async function migrate(logicalId?: string) {
    const [from, to] = [before, after(logicalId)].map((build) => appGraph(build));
    const { account: start } = await simulation.create(existingAccount(), from);
    const migrated = await simulation.update(start, from, to);
    expect(migrated.account.associations).toEqual(start.associations);
    return migrated.lostRecords;
  }

  test('no record is lost and the association does not change if its logical id remains the same', async () => {
    expect(await migrate()).toEqual([]);
  });

  test('the deployment fails if the logical id of the association changes', async () => {
    await expect(migrate('StreamingAgentEvents')).rejects.toThrow('already has an association for AGENT_EVENTS');
  });
});

describe('when a stack no longer contains the construct, retained resources continue to stream', () => {
  type Part = 'the construct' | 'the statement' | 'the grants';

  /** A stack with the given parts. Each deployment removes some of them. */
  const keyOfStack = (keyAccess: KeyAccess, ...parts: Part[]): Build => (app) => {
    const stack = stackIn(app);
    const key = new kms.Key(stack, 'Key');
    const stream = new kinesis.Stream(stack, 'Stream', { encryptionKey: key });
    if (parts.includes('the construct')) {
      const streaming = new ConnectDataStreaming(stack, 'Streaming', {
        instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream), keyAccess,
      });
      RemovalPolicies.of(streaming).apply(RemovalPolicy.RETAIN);
    }
    if (parts.includes('the statement')) {
      key.addToResourcePolicy(new iam.PolicyStatement({
        principals: [new iam.ArnPrincipal(ROLE_ARN)], actions: ['kms:GenerateDataKey'], resources: ['*'],
      }));
    }
    if (parts.includes('the grants')) RemovalPolicies.of(stack).apply(RemovalPolicy.RETAIN, { applyToResourceTypes: ['Custom::AWS'] });
  };

  const keyOfConstruct = (retained: boolean): Build => (app) => {
    const stack = stackIn(app);
    new kms.Key(stack, 'Unrelated');
    if (!retained) return;
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream({ removalPolicy: RemovalPolicy.DESTROY }),
    });
    RemovalPolicies.of(streaming).apply(RemovalPolicy.RETAIN);
  };

  async function remove(from: Build, to: Build) {
    const [before, after] = [appGraph(from), appGraph(to)];
    const { account: start, lostRecords } = await simulation.create(existingAccount(), before);
    expect(lostRecords).toEqual([]);
    const removed = await simulation.update(start, before, after);
    expect(removed.account.associations).toEqual(start.associations);
    expect(Object.keys(removed.account.associations)).toHaveLength(1);
    return removed.lostRecords;
  }

  test('with the key that the construct creates', async () => {
    expect(await remove(keyOfConstruct(true), keyOfConstruct(false))).toEqual([]);
  });

  test('with a key that remains in the app, only if its policy keeps the statement', async () => {
    const { KEY_POLICY } = KeyAccess;
    expect(await remove(keyOfStack(KEY_POLICY, 'the construct'), keyOfStack(KEY_POLICY, 'the statement'))).toEqual([]);
    expect(await remove(keyOfStack(KEY_POLICY, 'the construct'), keyOfStack(KEY_POLICY))).not.toEqual([]);
  });

  test('with a grant, only if the grant is retained too', async () => {
    const { GRANT } = KeyAccess;
    expect(await remove(keyOfStack(GRANT, 'the construct', 'the grants'), keyOfStack(GRANT))).toEqual([]);
    expect(await remove(keyOfStack(GRANT, 'the construct'), keyOfStack(GRANT))).not.toEqual([]);
  });

  test('after the stack is deleted', async () => {
    const app = appGraph(keyOfConstruct(true));
    const { account: start } = await simulation.create(existingAccount(), app);
    const deleted = await simulation.delete(start, app);
    expect(deleted.lostRecords).toEqual([]);
    expect(deleted.account.associations).toEqual(start.associations);
  });
});

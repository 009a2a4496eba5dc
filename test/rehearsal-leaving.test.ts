/**
 * Taking over what streams already, by an import or from hand-written resources, and leaving the construct while it streams
 * on: no record may be lost.
 */
import { aws_connect as connect, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, RemovalPolicies, RemovalPolicy } from 'aws-cdk-lib';
import { ConnectDataStreaming, KeyAccess, StreamingDestination } from '../src';
import { FakeAws } from './rehearsal/fake-aws';
import { type Build, stackIn, theirs, world } from './rehearsal/layouts';
import { appGraph, Rehearsal } from './rehearsal/rehearsal';
import { ENV, existingInstance, instanceWithRole, KEY_ARN, ROLE_ARN } from './support';
import { Migrated } from '../examples/migrate-from-l1/after';
import { HandWritten } from '../examples/migrate-from-l1/before';

let aws: FakeAws;
let rehearsal: Rehearsal;
beforeAll(async () => {
  aws = await FakeAws.start();
  rehearsal = new Rehearsal(aws);
});
afterAll(() => aws.stop());

test('after an import with EXTERNAL, the construct takes over the permission', async () => {
  const streaming = (keyAccess?: KeyAccess): Build => (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: theirs(stack), keyAccess });
  };
  const prepared = world();
  const { grants } = prepared.keys[KEY_ARN];
  grants.push({ id: 'grant-of-owner', grantee: ROLE_ARN, operations: ['GenerateDataKey'] });
  const [imported, owned] = [streaming(KeyAccess.EXTERNAL), streaming()].map((build) => appGraph(build));
  const { world: start } = await rehearsal.create(prepared, imported);

  const { world: after, losses } = await rehearsal.update(start, imported, owned);
  expect(losses).toEqual([]);
  expect(after.associations).toEqual(start.associations);
  after.keys[KEY_ARN].grants.shift(); // the owner of the key may revoke the first grant now
  expect(after.keys[KEY_ARN].grants).toHaveLength(1);
  expect(await after.sendRecords('the owner has revoked the first grant')).toEqual([]);
});

describe('from hand-written resources', () => {
  const before: Build = (app) => { new HandWritten(app, 'Stack', { env: ENV }); };

  const after = (logicalId?: string): Build => (app) => {
    const association = new Migrated(app, 'Stack', { env: ENV }).node.findChild('Streaming').node.findChild('AgentEvents').node.findChild('Resource');
    if (logicalId) (association as connect.CfnInstanceStorageConfig).overrideLogicalId(logicalId);
  };

  async function migrate(logicalId?: string) {
    const [from, to] = [before, after(logicalId)].map((build) => appGraph(build));
    const { world: start } = await rehearsal.create(world(), from);
    const migrated = await rehearsal.update(start, from, to);
    expect(migrated.world.associations).toEqual(start.associations);
    return migrated.losses;
  }

  test('nothing happens if the logical id stays', async () => {
    expect(await migrate()).toEqual([]);
  });

  test('Amazon Connect refuses a second association if it changes', async () => {
    await expect(migrate('StreamingAgentEvents')).rejects.toThrow('has an association for AGENT_EVENTS already');
  });
});

describe('what is retained streams on', () => {
  type Part = 'the construct' | 'the statement' | 'the grants';

  /** A stack of which parts are left, one after another. */
  const ownKey = (keyAccess: KeyAccess, ...parts: Part[]): Build => (app) => {
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

  const constructsOwnKey = (retained: boolean): Build => (app) => {
    const stack = stackIn(app);
    new kms.Key(stack, 'Unrelated');
    if (!retained) return;
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream({ removalPolicy: RemovalPolicy.DESTROY }),
    });
    RemovalPolicies.of(streaming).apply(RemovalPolicy.RETAIN);
  };

  async function leave(from: Build, to: Build) {
    const [before, after] = [appGraph(from), appGraph(to)];
    const { world: start, losses } = await rehearsal.create(world(), before);
    expect(losses).toEqual([]);
    const left = await rehearsal.update(start, before, after);
    expect(left.world.associations).toEqual(start.associations);
    expect(Object.keys(left.world.associations)).toHaveLength(1);
    return left.losses;
  }

  test('with the key of the construct', async () => {
    expect(await leave(constructsOwnKey(true), constructsOwnKey(false))).toEqual([]);
  });

  test('with a key that stays in the app, if its policy keeps the statement', async () => {
    const { KEY_POLICY } = KeyAccess;
    expect(await leave(ownKey(KEY_POLICY, 'the construct'), ownKey(KEY_POLICY, 'the statement'))).toEqual([]);
    expect(await leave(ownKey(KEY_POLICY, 'the construct'), ownKey(KEY_POLICY))).not.toEqual([]);
  });

  test('with a grant, if that is retained too', async () => {
    const { GRANT } = KeyAccess;
    expect(await leave(ownKey(GRANT, 'the construct', 'the grants'), ownKey(GRANT))).toEqual([]);
    expect(await leave(ownKey(GRANT, 'the construct'), ownKey(GRANT))).not.toEqual([]);
  });

  test('when the stack is deleted', async () => {
    const app = appGraph(constructsOwnKey(true));
    const { world: start } = await rehearsal.create(world(), app);
    const deleted = await rehearsal.delete(start, app);
    expect(deleted.losses).toEqual([]);
    expect(deleted.world.associations).toEqual(start.associations);
  });
});

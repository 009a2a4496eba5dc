/**
 * Simulates deployments in every order that CloudFormation can choose: Amazon Connect must not lose a record in any of them.
 */
import {
  aws_connect as connect, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, CfnParameter, type CfnResource, RemovalPolicy, Stack, Stage,
} from 'aws-cdk-lib';
import { DEFAULT_CROSS_STACK_REFERENCES } from 'aws-cdk-lib/cx-api';
import { ConnectDataStreaming, KeyAccess, StreamingDestination } from '../src';
import { ConnectAndKmsServer } from './simulation/connect-and-kms-server';
import { invokeHandler } from './simulation/custom-resource-handler';
import {
  type Build, existingAccount, existingStream, importedStream, NEW_STREAM, OTHER_KEY_ARN, OTHER_STREAM_ARN, PARAMETERS, SCENARIOS, stackIn,
} from './simulation/scenarios';
import { appGraph, ComparedSimulation } from './simulation/simulation';
import { ENV, existingInstance, INSTANCE_ARN, KEY_ARN, newInstance, OTHER_INSTANCE_ARN, ROLE_ARN, STREAM_ARN } from './support';
import { checkGraphs } from '../src/check/check';
import type { DeploymentGraph } from '../src/check/simulation/deployment-graph';
import type { SimulationResult } from '../src/check/simulation/deployment-simulation';
import type { LostRecord, SimulatedAccount } from '../src/check/simulation/simulated-account';

let server: ConnectAndKmsServer;
let simulation: ComparedSimulation;
beforeAll(async () => {
  server = await ConnectAndKmsServer.start();
  simulation = new ComparedSimulation(server, PARAMETERS);
});
beforeEach(() => { server.calls.length = 0; });
afterAll(() => server.stop());

/** The scenarios with so many independent resources that only the adversarial orders are simulated. */
const TOO_MANY_ORDERS = ['a stream and a key for each data type'];

function expectNoLostRecord({ lostRecords, exhaustive, combinations }: SimulationResult, expectExhaustive = true): void {
  expect(lostRecords).toEqual([]);
  expect(exhaustive).toBe(expectExhaustive);
  expect(combinations).toBeGreaterThan(0);
}

async function create(build: Build): Promise<SimulationResult> {
  return simulation.create(existingAccount(), appGraph(build));
}

async function update(from: Build, to: Build): Promise<SimulationResult> {
  const [before, after] = [appGraph(from), appGraph(to)];
  const created = await simulation.create(existingAccount(), before);
  expect(created.lostRecords).toEqual([]);
  const updated = await simulation.update(created.account, before, after);
  const isStreamed = ({ associations }: SimulatedAccount, record: LostRecord) => Object.values(associations)
    .some(({ instance, dataType }) => instance === record.instance && dataType === record.dataType);
  const lost = updated.lostRecords.filter((record) => isStreamed(created.account, record) && isStreamed(updated.account, record));
  expect(findings(after, before).some((finding) => finding.startsWith('loss-during-update'))).toBe(lost.length > 0);
  return updated;
}

/** The losses that the check of templates finds, without knowing the account. */
function findings(app: DeploymentGraph, deployed?: DeploymentGraph): string[] {
  return checkGraphs(app, deployed).filter(({ severity }) => severity === 'error').map(({ rule, path, message }) => `${rule}: ${path}: ${message}`);
}

describe('no record is lost when a stack is created and deleted', () => {
  test.each(Object.entries(SCENARIOS))('with %s', async (name, build) => {
    const expectExhaustive = !TOO_MANY_ORDERS.includes(name);
    const app = appGraph(build);
    const created = await simulation.create(existingAccount(), app);
    expectNoLostRecord(created, expectExhaustive);
    expect(findings(app)).toEqual([]);
    expect(Object.keys(created.account.associations).length).toBeGreaterThan(0);

    const deleted = await simulation.delete(created.account, app);
    expectNoLostRecord(deleted, expectExhaustive);
    expect(deleted.account.associations).toEqual({});
    for (const key of [KEY_ARN, OTHER_KEY_ARN]) expect(deleted.account.keys[key].grants).toEqual([]);
  });

  test('in a stage', async () => {
    const stages: Stage[] = [];
    const build: Build = (app) => {
      const stage = new Stage(app, 'Production', { env: ENV });
      const stack = new Stack(stage, 'Stack');
      new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: importedStream(stack, new kms.Key(stack, 'Key')) });
      stages.push(stage);
    };
    expectNoLostRecord(await simulation.create(existingAccount(), appGraph(build, (app) => app.getNestedAssembly(stages[0].artifactId))));
  });
});

describe.each(['weak', 'both'])('with %s cross-stack references', (crossStackReferences) => {
  const graph = (build: Build) => appGraph(build, undefined, { [DEFAULT_CROSS_STACK_REFERENCES]: crossStackReferences });
  const withSeveralStacks = Object.entries<Build>(SCENARIOS).filter(([, build]) => appGraph(build).stacks.length > 1);

  test.each(withSeveralStacks)('no record is lost when stacks are created and deleted: %s', async (_, build) => {
    const app = graph(build);
    const created = await simulation.create(existingAccount(), app);
    expect(created.lostRecords).toEqual([]);
    expect((await simulation.delete(created.account, app)).lostRecords).toEqual([]);
  });

  /** A stream in another stack, which CloudFormation replaces if its name changes. */
  const withStreamIn = (streamName: string, removalPolicy: RemovalPolicy): Build => (app) => {
    const streams = stackIn(app, 'Streams');
    const stream = new kinesis.Stream(streams, 'Stream', { streamName, removalPolicy });
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });
  };

  test.each([
    ['no record is lost if the stream is retained', RemovalPolicy.RETAIN, false],
    ['records are lost until the stack of the construct is updated if the stream is deleted', RemovalPolicy.DESTROY, true],
  ])('when a stream in another stack is replaced, %s', async (_, removalPolicy, isLost) => {
    const [before, after] = ['one', 'two'].map((streamName) => graph(withStreamIn(streamName, removalPolicy)));
    const { account } = await simulation.create(existingAccount(), before);
    const { lostRecords } = await simulation.update(account, before, after);
    expect(lostRecords.length > 0).toBe(isLost);
    expect(lostRecords.every(({ after: step }) => step.startsWith('cleaning up Streams/') || step.startsWith('deploying Stack/'))).toBe(true);
  });
});

test('with KeyAccess.EXTERNAL, records are lost unless the key owner grants access before the deployment', async () => {
  const build: Build = (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: existingStream(stack), keyAccess: KeyAccess.EXTERNAL });
  };
  const prepared = existingAccount();
  prepared.keys[KEY_ARN].grants.push({ id: 'grant-of-owner', grantee: ROLE_ARN, operations: ['GenerateDataKey'] });
  expectNoLostRecord(await simulation.create(prepared, appGraph(build)));
  expect((await create(build)).lostRecords).not.toEqual([]);
  expect(server.calls).toEqual([]);
});

/** A stack with a new stream for agent events. */
const withStreamName = (streamName: string, keyAccess?: KeyAccess): Build => (app) => {
  const stack = stackIn(app);
  new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream({ streamName }), keyAccess,
  });
};

/** A stack with two keys, one of which encrypts the stream. The roles have an additional statement in the policy of the first key. */
const withKey = (name: 'One' | 'Two', keyAccess?: KeyAccess, additionalRoles: string[] = []): Build => (app) => {
  const stack = stackIn(app);
  const keys = { One: new kms.Key(stack, 'One'), Two: new kms.Key(stack, 'Two') };
  for (const roleArn of additionalRoles) {
    keys.One.addToResourcePolicy(new iam.PolicyStatement({
      principals: [new iam.ArnPrincipal(roleArn)], actions: ['kms:GenerateDataKey'], resources: ['*'],
    }));
  }
  new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: keys[name] }), keyAccess,
  });
};

const withExistingInstance = (arn: string, keyAccess?: KeyAccess): Build => (app) => {
  const stack = stackIn(app);
  new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack, 'Instance', arn), agentEvents: NEW_STREAM, keyAccess });
};

const withNewInstance = (instanceAlias: string, keyAccess?: KeyAccess): Build => (app) => {
  const stack = stackIn(app);
  const instance = new connect.CfnInstance(stack, 'Instance', {
    attributes: { inboundCalls: true, outboundCalls: true }, identityManagementType: 'CONNECT_MANAGED', instanceAlias,
  });
  new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: NEW_STREAM, keyAccess });
};

/** A stream of the app with an imported key. */
const withImportedKey = (keyArn: string, inOneStack: boolean): Build => (app) => {
  const stack = stackIn(app);
  const streams = inOneStack ? stack : stackIn(app, 'Streams');
  const stream = new kinesis.Stream(streams, 'Stream', { encryptionKey: kms.Key.fromKeyArn(streams, 'Key', keyArn) });
  new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });
};

const withExistingStream = (streamArn: string, keyArn: string): Build => (app) => {
  const stack = stackIn(app);
  new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: existingStream(stack, 'Existing', streamArn, keyArn) });
};

describe('no record is lost when an update', () => {
  test.each<[string, Build, Build]>([
    ['replaces a stream', withStreamName('one'), withStreamName('two')],
    ['replaces a stream whose key has a grant', withStreamName('one', KeyAccess.GRANT), withStreamName('two', KeyAccess.GRANT)],
    ['changes the key of a stream, with grants on both keys', withKey('One', KeyAccess.GRANT), withKey('Two', KeyAccess.GRANT)],
    ['changes the imported key of a stream', withImportedKey(KEY_ARN, true), withImportedKey(OTHER_KEY_ARN, true)],
    ['changes the imported key of a stream in another stack', withImportedKey(KEY_ARN, false), withImportedKey(OTHER_KEY_ARN, false)],
    ['changes the key of a stream to the key that the construct creates', withKey('One'), withStreamName('one')],
    ['changes the destination to another existing stream with another key',
      withExistingStream(STREAM_ARN, KEY_ARN), withExistingStream(OTHER_STREAM_ARN, OTHER_KEY_ARN)],
    ['changes the destination from a new stream to an existing one', withStreamName('one'), withExistingStream(STREAM_ARN, KEY_ARN)],
    ['changes the destination from an existing stream to a new one', withExistingStream(STREAM_ARN, KEY_ARN), withStreamName('one')],
    ['changes the instance, with grants', withExistingInstance(INSTANCE_ARN, KeyAccess.GRANT), withExistingInstance(OTHER_INSTANCE_ARN, KeyAccess.GRANT)],
    ['replaces an instance of the app, with a grant', withNewInstance('one', KeyAccess.GRANT), withNewInstance('two', KeyAccess.GRANT)],
    ['changes nothing', withStreamName('one'), withStreamName('one')],
  ])('%s', async (_, from, to) => {
    const { account, ...result } = await update(from, to);
    expect(result).toMatchObject({ lostRecords: [], exhaustive: true });
    expect(Object.keys(account.associations)).toHaveLength(1);
    const grants = Object.values(account.keys).flatMap((key) => key.grants);
    expect(grants.length).toBeLessThanOrEqual(1); // the grants that are no longer needed are retired
  });

  test.each<[string, (account: SimulatedAccount) => void]>([
    ['allows access through IAM policies', () => undefined],
    ['allows only the creation of grants after the creation', (account) => {
      account.keys[KEY_ARN].policy = { Version: '2012-10-17', Statement: [] };
    }],
  ])('changes the value of a parameter that specifies the key, and the policy of the key %s', async (_, change) => {
    const app = appGraph((root) => {
      const stack = stackIn(root);
      const keyArn = new CfnParameter(stack, 'KeyArn').valueAsString;
      const stream = new kinesis.Stream(stack, 'Stream', { encryptionKey: kms.Key.fromKeyArn(stack, 'Key', keyArn) });
      new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });
    });
    const { account } = await new ComparedSimulation(server, { KeyArn: KEY_ARN }).create(existingAccount(), app);
    expect(account.keys[KEY_ARN].grants).toHaveLength(1);
    change(account);

    const updated = await new ComparedSimulation(server, { KeyArn: OTHER_KEY_ARN }).update(account, app, app);
    expect(updated.lostRecords.filter(({ key }) => key === OTHER_KEY_ARN)).toEqual([]);
    expect(updated.account.keys[KEY_ARN].grants).toEqual([]);
    expect(updated.account.keys[OTHER_KEY_ARN].grants).toHaveLength(1);
  });

  test('changes the logical id of a grant', async () => {
    const withLogicalId = (logicalId?: string): Build => (app) => {
      withImportedKey(KEY_ARN, true)(app);
      const grant = app.node.findAll().find((child) => /\/ConnectKeyGrant\w+\/Resource\/Default$/.test(child.node.path)) as CfnResource;
      if (logicalId) grant.overrideLogicalId(logicalId);
    };
    const { account, ...result } = await update(withLogicalId(), withLogicalId('NewLogicalId'));
    expect(result).toMatchObject({ lostRecords: [], exhaustive: true });
    expect(account.keys[KEY_ARN].grants).toHaveLength(1);
  });
});

// CloudFormation updates a key that remains in the template before it deletes or updates the resources that used the key. No
// template can change this order, so the README describes these updates.
describe('an update that loses records in one deployment loses none in two deployments', () => {
  test('when a stream stops using a key that remains in the app', async () => {
    expect((await update(withKey('One'), withKey('Two'))).lostRecords).not.toEqual([]);

    const [first, second, third] = [withKey('One'), withKey('Two', undefined, [ROLE_ARN]), withKey('Two')].map((build) => appGraph(build));
    const { account: start } = await simulation.create(existingAccount(), first);
    const updated = await simulation.update(start, first, second);
    expectNoLostRecord(updated);
    expectNoLostRecord(await simulation.update(updated.account, second, third));
  });

  test('when access changes from a key policy statement to a grant', async () => {
    expect((await update(withKey('One'), withKey('One', KeyAccess.GRANT))).lostRecords).not.toEqual([]);

    const [first, second, third] = [
      withKey('One'), withKey('One', KeyAccess.GRANT, [ROLE_ARN]), withKey('One', KeyAccess.GRANT),
    ].map((build) => appGraph(build));
    const { account: start } = await simulation.create(existingAccount(), first);
    const granted = await simulation.update(start, first, second);
    expectNoLostRecord(granted);
    expectNoLostRecord(await simulation.update(granted.account, second, third));
  });

  test('when a stream changes to another imported key in a stack that cannot reference the instance, and the role has access to that key', async () => {
    const withStreamInAnotherStack = (keyArn: string): Build => (app) => {
      const streams = stackIn(app, 'Streams');
      const stream = new kinesis.Stream(streams, 'Stream', { encryptionKey: kms.Key.fromKeyArn(streams, 'Key', keyArn) });
      const stack = stackIn(app);
      new ConnectDataStreaming(stack, 'Streaming', { instance: newInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });
    };
    const [first, second] = [KEY_ARN, OTHER_KEY_ARN].map((keyArn) => appGraph(withStreamInAnotherStack(keyArn)));
    const { account: start } = await simulation.create(existingAccount(), first);
    expect((await simulation.update(start, first, second)).lostRecords).not.toEqual([]);

    const { role: grantee } = Object.values(start.instances).at(-1)!;
    start.keys[OTHER_KEY_ARN].grants.push({ id: 'grant-of-owner', grantee, operations: ['GenerateDataKey'] });
    expectNoLostRecord(await simulation.update(start, first, second));
  });
});

test('an update that changes the instance loses records of the previous instance only', async () => {
  const { lostRecords } = await update(withExistingInstance(INSTANCE_ARN), withExistingInstance(OTHER_INSTANCE_ARN));
  expect(new Set(lostRecords.map(({ instance }) => instance))).toEqual(new Set([INSTANCE_ARN]));
});

describe('the custom resource handler of aws-cdk-lib', () => {
  const withLookup = SCENARIOS['a new stream for each data type, role looked up'];
  const withGrant = SCENARIOS['an imported key, role known'];

  test.each<[string, Build, { status: number; code: string; message: string }, string]>([
    ['the instance does not exist', withLookup, { status: 404, code: 'ResourceNotFoundException', message: 'Instance does not exist' }, 'Instance does not exist'],
    ['the lookup is not allowed', withLookup, { status: 403, code: 'AccessDeniedException', message: 'not authorized to perform: connect:DescribeInstance' }, 'not authorized to perform: connect:DescribeInstance'],
    ['the key does not exist', withGrant, { status: 400, code: 'NotFoundException', message: `Key '${KEY_ARN}' does not exist` }, `Key '${KEY_ARN}' does not exist`],
    ['the key is disabled', withGrant, { status: 400, code: 'DisabledException', message: `${KEY_ARN} is disabled.` }, `${KEY_ARN} is disabled.`],
    ['the grant is not allowed', withGrant, { status: 400, code: 'AccessDeniedException', message: 'not authorized to perform: kms:CreateGrant' }, 'not authorized to perform: kms:CreateGrant'],
  ])('reports the error if %s', async (_, build, error, reason) => {
    server.errors.push(error);
    await expect(create(build)).rejects.toThrow(reason);
  });

  test.each<[string, Build, { status: number; code: string; message: string }]>([
    ['lookup', withLookup, { status: 429, code: 'TooManyRequestsException', message: 'Too Many Requests' }],
    ['grant', withGrant, { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' }],
  ])('retries a throttled %s and reports the error after three attempts', async (_, build, error) => {
    server.errors.push(error);
    expectNoLostRecord(await create(build));

    server.errors.push(error, error, error);
    await expect(create(build)).rejects.toThrow(error.message);
    expect(server.errors).toEqual([]);
  });

  test('ignores that a grant was not created when its creation is rolled back', async () => {
    const { account } = await simulation.create(existingAccount(), appGraph(withGrant));
    const [{ properties }] = Object.values(account.deployed).filter(({ type }) => type === 'Custom::AWS');
    account.keys[KEY_ARN] = { policy: { Version: '2012-10-17', Statement: [] }, grants: [] };
    Object.assign(server, { account, caller: { role: ROLE_ARN, policies: [] } });
    const invoke = async (RequestType: string, PhysicalResourceId?: string) => invokeHandler(
      { RequestType, PhysicalResourceId, LogicalResourceId: 'Grant', ResourceProperties: { ...properties, InstallLatestAwsSdk: 'false' } }, server.endpoint);

    const failed = await invoke('Create');
    expect(failed).toMatchObject({ Status: 'FAILED', Reason: expect.stringContaining('kms:CreateGrant') as unknown });
    expect(await invoke('Delete', failed.PhysicalResourceId)).toMatchObject({ Status: 'SUCCESS' });
  });

  test('ignores that a grant is already retired', async () => {
    const app = appGraph(withGrant);
    const { account } = await simulation.create(existingAccount(), app);
    expect(account.keys[KEY_ARN].grants).toHaveLength(1);
    account.keys[KEY_ARN].grants.length = 0;
    expect((await simulation.delete(account, app)).account.keys[KEY_ARN].grants).toEqual([]);
  });

  test('creates no second grant if it is invoked again', async () => {
    const app = appGraph(withGrant);
    const once = await simulation.create(existingAccount(), app);
    const [grant] = Object.values(once.account.deployed).filter(({ type }) => type === 'Custom::AWS');
    Object.assign(grant.properties, { changed: 'so that CloudFormation updates the custom resource' });
    server.calls.length = 0;
    const twice = await simulation.update(once.account, app, app);

    expectNoLostRecord(twice);
    expect(server.calls).toContain('CreateGrant');
    expect(twice.account.keys[KEY_ARN].grants).toEqual(once.account.keys[KEY_ARN].grants);
  });

  test('retires the grant of its own stack only', async () => {
    const app = appGraph(SCENARIOS['an instance in two stacks']);
    const { account } = await simulation.create(existingAccount(), app);
    const [one, two] = app.stacks;
    expectNoLostRecord(await simulation.delete(account, { ...app, stacks: [one] }));
    expectNoLostRecord(await simulation.delete(account, { ...app, stacks: [two] }));
  });
});

/**
 * Deployments, played in every order that CloudFormation could choose: no record may be lost.
 */
import { aws_connect as connect, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, Stack, Stage } from 'aws-cdk-lib';
import { ConnectDataStreaming, KeyAccess, StreamingDestination } from '../src';
import { FakeAws } from './rehearsal/fake-aws';
import { type Build, imported, LAYOUTS, NEW, OTHER_KEY_ARN, OTHER_STREAM_ARN, PARAMETERS, stackIn, theirs, world } from './rehearsal/layouts';
import { appGraph, type Outcome, Rehearsal } from './rehearsal/rehearsal';
import { ENV, existingInstance, INSTANCE_ARN, KEY_ARN, newInstance, OTHER_INSTANCE_ARN, ROLE_ARN, STREAM_ARN } from './support';

let aws: FakeAws;
let rehearsal: Rehearsal;
beforeAll(async () => {
  aws = await FakeAws.start();
  rehearsal = new Rehearsal(aws, PARAMETERS);
});
beforeEach(() => { aws.calls.length = 0; });
afterAll(() => aws.stop());

/** With so many independent resources, only the adversarial orders are played. */
const TOO_MANY_ORDERS = ['a stream and a key for each kind of data', 'two instances on another app\'s key'];

function expectNoLoss({ losses, exhaustive, played }: Outcome, every = true): void {
  expect(losses).toEqual([]);
  expect(exhaustive).toBe(every);
  expect(played).toBeGreaterThan(0);
}

async function create(build: Build): Promise<Outcome> {
  return rehearsal.create(world(), appGraph(build));
}

async function update(from: Build, to: Build): Promise<Outcome> {
  const before = appGraph(from);
  const created = await rehearsal.create(world(), before);
  expect(created.losses).toEqual([]);
  return rehearsal.update(created.world, before, appGraph(to));
}

describe('creation and deletion lose no record', () => {
  test.each(Object.entries(LAYOUTS))('%s', async (name, build) => {
    const every = !TOO_MANY_ORDERS.includes(name);
    const app = appGraph(build);
    const created = await rehearsal.create(world(), app);
    expectNoLoss(created, every);
    expect(Object.keys(created.world.associations).length).toBeGreaterThan(0);

    const deleted = await rehearsal.delete(created.world, app);
    expectNoLoss(deleted, every);
    expect(deleted.world.associations).toEqual({});
    for (const key of [KEY_ARN, OTHER_KEY_ARN]) expect(deleted.world.keys[key].grants).toEqual([]); // nothing is left behind
  });

  test('in a stage', async () => {
    const stages: Stage[] = [];
    const build: Build = (app) => {
      const stage = new Stage(app, 'Production', { env: ENV });
      const stack = new Stack(stage, 'Stack');
      new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: imported(stack, new kms.Key(stack, 'Key')) });
      stages.push(stage);
    };
    expectNoLoss(await rehearsal.create(world(), appGraph(build, (app) => app.getNestedAssembly(stages[0].artifactId))));
  });

  test('EXTERNAL loses none if the owner of the key was first, and all if not', async () => {
    const build: Build = (app) => {
      const stack = stackIn(app);
      new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: theirs(stack), keyAccess: KeyAccess.EXTERNAL });
    };
    const prepared = world();
    prepared.keys[KEY_ARN].grants.push({ id: 'grant-of-owner', grantee: ROLE_ARN, operations: ['GenerateDataKey'] });
    expectNoLoss(await rehearsal.create(prepared, appGraph(build)));
    expect((await create(build)).losses).not.toEqual([]);
    expect(aws.calls).toEqual([]);
  });
});

describe('an update loses no record', () => {
  /** A stack that streams agent events to a stream of the given name. */
  const toStream = (streamName: string, keyAccess?: KeyAccess): Build => (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream({ streamName }), keyAccess,
    });
  };

  /** A stack with two keys, whose stream has one of them. */
  const withKey = (name: 'One' | 'Two', keyAccess?: KeyAccess, statementFor: string[] = []): Build => (app) => {
    const stack = stackIn(app);
    const keys = { One: new kms.Key(stack, 'One'), Two: new kms.Key(stack, 'Two') };
    for (const roleArn of statementFor) {
      keys.One.addToResourcePolicy(new iam.PolicyStatement({
        principals: [new iam.ArnPrincipal(roleArn)], actions: ['kms:GenerateDataKey'], resources: ['*'],
      }));
    }
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: keys[name] }), keyAccess,
    });
  };

  /** A stack that streams from one of two existing instances. */
  const fromInstance = (arn: string, keyAccess?: KeyAccess): Build => (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack, 'Instance', arn), agentEvents: NEW, keyAccess });
  };

  /** A stack that makes the instance itself. */
  const madeInstance = (instanceAlias: string, keyAccess?: KeyAccess): Build => (app) => {
    const stack = stackIn(app);
    const instance = new connect.CfnInstance(stack, 'Instance', {
      attributes: { inboundCalls: true, outboundCalls: true }, identityManagementType: 'CONNECT_MANAGED', instanceAlias,
    });
    new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: NEW, keyAccess });
  };

  /** A stream of another stack, with another app's key. */
  const withTheirKey = (keyArn: string, oneStack: boolean): Build => (app) => {
    const stack = stackIn(app);
    const streams = oneStack ? stack : stackIn(app, 'Streams');
    const stream = new kinesis.Stream(streams, 'Stream', { encryptionKey: kms.Key.fromKeyArn(streams, 'Key', keyArn) });
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });
  };

  const toTheirs = (streamArn: string, keyArn: string): Build => (app) => {
    const stack = stackIn(app);
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: theirs(stack, 'Theirs', streamArn, keyArn) });
  };

  test.each<[string, Build, Build]>([
    ['a stream is replaced', toStream('one'), toStream('two')],
    ['a stream is replaced, with a grant', toStream('one', KeyAccess.GRANT), toStream('two', KeyAccess.GRANT)],
    ['a stream moves to another key, with grants', withKey('One', KeyAccess.GRANT), withKey('Two', KeyAccess.GRANT)],
    ['a stream moves to another app\'s key', withTheirKey(KEY_ARN, true), withTheirKey(OTHER_KEY_ARN, true)],
    ['a stream of another stack moves to another app\'s key', withTheirKey(KEY_ARN, false), withTheirKey(OTHER_KEY_ARN, false)],
    ['a stream moves to the key of its own construct', withKey('One'), toStream('one')],
    ['the data moves to another app\'s stream with another key', toTheirs(STREAM_ARN, KEY_ARN), toTheirs(OTHER_STREAM_ARN, OTHER_KEY_ARN)],
    ['the data moves from an own stream to another app\'s', toStream('one'), toTheirs(STREAM_ARN, KEY_ARN)],
    ['the data moves from another app\'s stream to an own', toTheirs(STREAM_ARN, KEY_ARN), toStream('one')],
    ['an instance is replaced by another, with grants', fromInstance(INSTANCE_ARN, KeyAccess.GRANT), fromInstance(OTHER_INSTANCE_ARN, KeyAccess.GRANT)],
    ['an instance of the app is replaced, with a grant', madeInstance('one', KeyAccess.GRANT), madeInstance('two', KeyAccess.GRANT)],
    ['nothing changes', toStream('one'), toStream('one')],
  ])('%s', async (_, from, to) => {
    const { world: after, ...outcome } = await update(from, to);
    expect(outcome).toMatchObject({ losses: [], exhaustive: true });
    expect(Object.keys(after.associations)).toHaveLength(1);
    const grants = Object.values(after.keys).flatMap((key) => key.grants);
    expect(grants.length).toBeLessThanOrEqual(1); // what is not needed any more is revoked
  });

  // CloudFormation updates a key that stays before it deletes or moves what used the key. No template can turn that round:
  // what the README says of changes while records flow.
  describe('in two deployments where one can\'t do it', () => {
    test('a stream leaves a key that stays in the app', async () => {
      expect((await update(withKey('One'), withKey('Two'))).losses).not.toEqual([]);

      const [first, second, third] = [withKey('One'), withKey('Two', undefined, [ROLE_ARN]), withKey('Two')].map((build) => appGraph(build));
      const { world: start } = await rehearsal.create(world(), first);
      const moved = await rehearsal.update(start, first, second);
      expectNoLoss(moved);
      expectNoLoss(await rehearsal.update(moved.world, second, third));
    });

    test('from the key policy to a grant', async () => {
      expect((await update(withKey('One'), withKey('One', KeyAccess.GRANT))).losses).not.toEqual([]);

      const [first, second, third] = [
        withKey('One'), withKey('One', KeyAccess.GRANT, [ROLE_ARN]), withKey('One', KeyAccess.GRANT),
      ].map((build) => appGraph(build));
      const { world: start } = await rehearsal.create(world(), first);
      const granted = await rehearsal.update(start, first, second);
      expectNoLoss(granted);
      expectNoLoss(await rehearsal.update(granted.world, second, third));
    });

    test('a stream moves to another app\'s key, in a stack that can\'t know the instance: the role is let in on the new key first', async () => {
      const withTheirs = (keyArn: string): Build => (app) => {
        const streams = stackIn(app, 'Streams');
        const stream = new kinesis.Stream(streams, 'Stream', { encryptionKey: kms.Key.fromKeyArn(streams, 'Key', keyArn) });
        const stack = stackIn(app);
        new ConnectDataStreaming(stack, 'Streaming', { instance: newInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });
      };
      const [first, second] = [KEY_ARN, OTHER_KEY_ARN].map((keyArn) => appGraph(withTheirs(keyArn)));
      const { world: start } = await rehearsal.create(world(), first);
      expect((await rehearsal.update(start, first, second)).losses).not.toEqual([]);

      const { role: grantee } = Object.values(start.instances).at(-1)!;
      start.keys[OTHER_KEY_ARN].grants.push({ id: 'grant-of-owner', grantee, operations: ['GenerateDataKey'] });
      expectNoLoss(await rehearsal.update(start, first, second));
    });

    test('an instance is replaced: what the old one still sends', async () => {
      const { losses } = await update(fromInstance(INSTANCE_ARN), fromInstance(OTHER_INSTANCE_ARN));
      expect(new Set(losses.map(({ instance }) => instance))).toEqual(new Set([INSTANCE_ARN])); // never of the new one
    });
  });
});

describe('the real handler of the custom resources', () => {
  const lookedUp = LAYOUTS['new streams, role looked up'];
  const granted = LAYOUTS['another app\'s key, role known'];

  test.each<[string, Build, { status: number; code: string; message: string }, string]>([
    ['no such instance', lookedUp, { status: 404, code: 'ResourceNotFoundException', message: 'Instance does not exist' }, 'Instance does not exist'],
    ['no rights on the instance', lookedUp, { status: 403, code: 'AccessDeniedException', message: 'not authorized to perform: connect:DescribeInstance' }, 'not authorized to perform: connect:DescribeInstance'],
    ['no such key', granted, { status: 400, code: 'NotFoundException', message: `Key '${KEY_ARN}' does not exist` }, `Key '${KEY_ARN}' does not exist`],
    ['a disabled key', granted, { status: 400, code: 'DisabledException', message: `${KEY_ARN} is disabled.` }, `${KEY_ARN} is disabled.`],
    ['no rights on the key', granted, { status: 400, code: 'AccessDeniedException', message: 'not authorized to perform: kms:CreateGrant' }, 'not authorized to perform: kms:CreateGrant'],
  ])('names the cause: %s', async (_, build, error, reason) => {
    aws.errors.push(error);
    await expect(create(build)).rejects.toThrow(reason);
  });

  test.each<[string, Build, { status: number; code: string; message: string }]>([
    ['the look-up', lookedUp, { status: 429, code: 'TooManyRequestsException', message: 'Too Many Requests' }],
    ['the grant', granted, { status: 400, code: 'ThrottlingException', message: 'Rate exceeded' }],
  ])('tries again when it is throttled, then names the cause: %s', async (_, build, error) => {
    aws.errors.push(error);
    expectNoLoss(await create(build));

    aws.errors.push(error, error, error);
    await expect(create(build)).rejects.toThrow(error.message);
    expect(aws.errors).toEqual([]);
  });

  test('revokes a grant that is gone without a failure', async () => {
    const app = appGraph(granted);
    const created = await rehearsal.create(world(), app);
    expect(created.world.keys[KEY_ARN].grants).toHaveLength(1);
    created.world.keys[KEY_ARN].grants.length = 0;
    expect((await rehearsal.delete(created.world, app)).world.keys[KEY_ARN].grants).toEqual([]);
  });

  test('finds its own grant when it is called twice', async () => {
    const app = appGraph(granted);
    const once = await rehearsal.create(world(), app);
    const [custom] = Object.values(once.world.deployed).filter(({ type }) => type === 'Custom::AWS');
    Object.assign(custom.properties, { changed: 'so that CloudFormation calls again' });
    const twice = await rehearsal.update(once.world, app, app);

    expectNoLoss(twice);
    expect(aws.calls.filter((call) => call === 'CreateGrant').length).toBeGreaterThan(once.played);
    expect(twice.world.keys[KEY_ARN].grants).toEqual(once.world.keys[KEY_ARN].grants);
  });

  test('one stack revokes its own grant, not that of another', async () => {
    const app = appGraph(LAYOUTS['one instance over two stacks']);
    const created = await rehearsal.create(world(), app);
    const [one, two] = app.stacks;
    expectNoLoss(await rehearsal.delete(created.world, { ...app, stacks: [one] }));
    expectNoLoss(await rehearsal.delete(created.world, { ...app, stacks: [two] }));
  });
});

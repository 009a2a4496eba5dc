/**
 * Random apps that combine instances, keys, streams and stacks as users may do.
 */
import {
  App, aws_connect as connect, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, CfnParameter, CfnResource, Fn, Lazy,
  NestedStack, Stack, Stage,
} from 'aws-cdk-lib';
import { ASSET_RESOURCE_METADATA_ENABLED_CONTEXT, DEFAULT_CROSS_STACK_REFERENCES } from 'aws-cdk-lib/cx-api';
import type { aws_connect as connectRefs } from 'aws-cdk-lib/interfaces';
import type { IConstruct } from 'constructs';
import * as fc from 'fast-check';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from '../../src';
import { SimulatedAccount } from '../../src/check/simulation/simulated-account';
import { ACCOUNT, DELIVERY_STREAM_ARN, ENV, REGION } from '../support';

/** Chooses values with the given weights. */
function weighted<T extends string>(weights: Record<T, number>): fc.Arbitrary<T> {
  return fc.oneof(...Object.entries<number>(weights).map(([value, weight]) => ({ weight, arbitrary: fc.constant(value as T) })));
}

const INSTANCE_SOURCE = weighted({ 'new': 3, 'by ARN': 3, 'by id': 2, 'by parameter': 2, 'by lazy value': 1, 'by imported value': 1, 'with role': 2 });
const KEY_SOURCE = weighted({
  'new': 6, 'new L1': 2, 'alias of new': 2, 'by ARN': 6, 'by parameter': 2, 'in another account': 1, 'new in another account': 1, 'alias by name': 1, 'AWS managed': 2,
});
const KEY_ACCESS = weighted({ [KeyAccess.AUTOMATIC]: 10, [KeyAccess.GRANT]: 4, [KeyAccess.EXTERNAL]: 2, [KeyAccess.KEY_POLICY]: 1 });
const KINESIS = {
  'none': 20,
  'new stream': 3,
  'new stream with key': 4,
  'new managed stream': 1,
  'existing stream': 1,
  'existing stream with key': 4,
  'stream of the app': 3,
  'L1 stream of the app': 2,
};
const DATA_TYPES = ['contactRecords', 'agentEvents', 'voiceAnalysisSegments', 'chatAnalysisSegments'] as const;
const STACKS = 4;
const INSTANCES = 6;
const SOME = fc.nat({ max: 11 });

/** Numbers select from the available resources. A stack uses resources of its own or of earlier stacks only. */
export const randomApp = fc.record({
  /** For each stack, whether it is nested in the last stack that is not nested. */
  stacks: fc.array(fc.boolean(), { minLength: 1, maxLength: STACKS }),
  isInStage: fc.boolean(),
  crossStackReferences: weighted({ strong: 3, weak: 1, both: 1 }),
  instances: fc.array(fc.record({ source: INSTANCE_SOURCE, stack: SOME, number: fc.nat({ max: INSTANCES - 1 }) }), { minLength: 1, maxLength: 4 }),
  keys: fc.array(fc.record({ source: KEY_SOURCE, stack: SOME }), { minLength: 1, maxLength: 4 }),
  constructs: fc.array(fc.record({
    stack: SOME,
    instance: SOME,
    encryptionKey: fc.option(SOME, { nil: undefined }),
    isInParent: fc.boolean(),
    dependsOn: fc.option(SOME, { nil: undefined, freq: 2 }),
    keyAccess: fc.option(KEY_ACCESS, { nil: undefined, freq: 2 }),
    destinations: fc.tuple(...DATA_TYPES.map((dataType) => fc.record({
      source: weighted(dataType === 'contactRecords'
        ? { ...KINESIS, 'new delivery stream': 3, 'existing delivery stream': 1 }
        : { ...KINESIS, 'new delivery stream': 1, 'existing delivery stream': 0 }),
      key: SOME,
      stack: SOME,
    }))),
  }), { minLength: 1, maxLength: 4 }),
  /** Whether constructs depend on those that are created later, instead of earlier. */
  dependsOnLater: fc.boolean(),
  /** What changes in the second version of the app. */
  secondVersion: fc.record({
    removed: fc.option(SOME, { nil: undefined }),
    isReversed: fc.boolean(),
    renamesGrants: fc.boolean(),
    replacesStreams: fc.boolean(),
    /** Constructs with KeyAccess.GRANT use other keys. With key policies, this requires two deployments. */
    changesKeys: fc.boolean(),
  }),
});

export type RandomApp = typeof randomApp extends fc.Arbitrary<infer T> ? T : never;

function instanceArn(number: number | string): string {
  return `arn:aws:connect:${REGION}:${ACCOUNT}:instance/aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;
}

function roleArn(number: number | string): string {
  return `arn:aws:iam::${ACCOUNT}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_${number}`;
}

const OTHER_ACCOUNT = '999988887777';
const EXISTING_KEYS = ['by ARN', 'by parameter', 'in another account'];

function keyArn(number: number, source = 'by ARN'): string {
  const account = source === 'in another account' ? OTHER_ACCOUNT : ACCOUNT;
  return `arn:aws:kms:${REGION}:${account}:key/11111111-2222-3333-4444-00000000000${number}`;
}

function streamArn(key: number): string {
  return `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/existing-${key}`;
}

/** Instances that are specified by a parameter. They differ from those specified by ARN, because an app cannot determine that two are the same. */
const PARAMETER_INSTANCES = Array.from({ length: STACKS * INSTANCES }, (_, number) => `f${Math.floor(number / INSTANCES)}f${number % INSTANCES}`);

/** Instances that are specified by a lazy value, which an app cannot compare with others either. */
const LAZY_INSTANCES = Array.from({ length: INSTANCES }, (_, index) => `e0e${index}`);

/** Instances that are specified by a value that another app exports. It can be another instance in each stack. */
const IMPORTED_INSTANCES = Array.from({ length: STACKS * INSTANCES }, (_, number) => `d${Math.floor(number / INSTANCES)}d${number % INSTANCES}`);

/** The values of the CloudFormation parameters in random apps, and the values that other apps export. */
export const PARAMETERS = Object.fromEntries([
  ...IMPORTED_INSTANCES.map((number) => [`Exported${number.slice(1)}`, instanceArn(number)]),
  ...PARAMETER_INSTANCES.map((number) => [`InstanceArn${number}`, instanceArn(number)]),
  ...Array.from({ length: INSTANCES }, (_, number) => [`KeyArn${number}`, keyArn(number)]),
]);

/** The account before a random app is deployed. */
export function accountFor({ keys }: RandomApp): SimulatedAccount {
  const account = new SimulatedAccount().addStream(streamArn(9));
  for (let number = 0; number < INSTANCES; number++) account.addInstance(instanceArn(number), roleArn(number));
  for (const number of [...PARAMETER_INSTANCES, ...LAZY_INSTANCES, ...IMPORTED_INSTANCES]) account.addInstance(instanceArn(number), roleArn(number));
  keys.forEach(({ source }, number) => {
    if (EXISTING_KEYS.includes(source)) account.addKey(keyArn(number, source), ACCOUNT).addStream(streamArn(number), keyArn(number, source));
  });
  return account;
}

export interface BuiltApp {
  readonly app: App;
  readonly stage?: Stage;
  /** The node ids of the associations for which the key owner manages access. */
  readonly external: string[];
}

/** Builds the first version of the app. */
export function buildRandomApp(spec: RandomApp): BuiltApp {
  return build(spec, spec.constructs.map((_, index) => index), { replacesStreams: false, changesKeys: false });
}

/** Builds the second version of the app. */
export function buildSecondVersion(spec: RandomApp): BuiltApp {
  const { removed, isReversed, renamesGrants, ...changes } = spec.secondVersion;
  const indexes = spec.constructs.map((_, index) => index).filter((index) => removed === undefined || index !== removed % spec.constructs.length);
  const built = build(spec, isReversed ? indexes.reverse() : indexes, changes);
  for (const child of renamesGrants ? built.app.node.findAll() : []) {
    if (CfnResource.isCfnResource(child) && /\/ConnectKeyGrant\w+\/Resource\/Default$/.test(child.node.path)) child.overrideLogicalId(`Renamed${child.node.addr}`);
  }
  return built;
}

type Changes = Pick<RandomApp['secondVersion'], 'replacesStreams' | 'changesKeys'>;

function build(spec: RandomApp, constructIndexes: number[], { replacesStreams, changesKeys }: Changes): BuiltApp {
  const app = new App({
    context: {
      [ASSET_RESOURCE_METADATA_ENABLED_CONTEXT]: true, // adds the file names of nested stacks
      [DEFAULT_CROSS_STACK_REFERENCES]: spec.crossStackReferences,
    },
  });
  const stage = spec.isInStage ? new Stage(app, 'Stage') : undefined;
  const stacks: Stack[] = [];
  let parent: Stack | undefined;
  for (const [number, isNested] of spec.stacks.entries()) {
    if (parent && isNested) stacks.push(new NestedStack(parent, `Stack${number}`));
    else stacks.push(parent = new Stack(stage ?? app, `Stack${number}`, { env: ENV }));
  }
  const within = (stack: number, last = stacks.length - 1) => stack % (last + 1);
  let imports = 0;

  const keys = spec.keys.map(({ source, stack: chosen }, number) => {
    const home = within(chosen);
    const id = `Key${number}`;
    let created: kms.IKey | undefined;
    const key = (user: Stack): kms.IKey => {
      const unique = `${id}Used${imports++}`;
      switch (source) {
        case 'new': return created ??= new kms.Key(stacks[home], id);
        case 'new L1': return created ??= kms.Key.fromCfnKey(new kms.CfnKey(stacks[home], id, {
          keyPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }] },
        }));
        case 'alias of new': return created ??= new kms.Key(stacks[home], id).addAlias(`key-${number}`);
        case 'by ARN':
        case 'in another account': return kms.Key.fromKeyArn(user, unique, keyArn(number, source));
        case 'by parameter': return kms.Key.fromKeyArn(user, unique, parameter(stacks[home], `KeyArn${number}`));
        case 'new in another account':
          return created ??= new kms.Key(new Stack(stage ?? app, `Stack${id}`, { env: { ...ENV, account: OTHER_ACCOUNT } }), id);
        case 'alias by name': return kms.Alias.fromAliasName(user, unique, `alias/key-${number}`);
        case 'AWS managed': return kms.Alias.fromAliasName(user, unique, 'alias/aws/kinesis');
      }
    };
    if (source.includes('new')) key(stacks[home]); // also if only one version of the app uses it
    return { source, home: source === 'new in another account' ? 0 : home, number, key };
  });

  const instances = spec.instances.map(({ source, stack: chosen, number }, index) => {
    const home = within(chosen);
    let created: connectRefs.IInstanceRef | undefined;
    const instance = (user: Stack): connectRefs.IInstanceRef => {
      const unique = `Instance${index}Used${imports++}`;
      switch (source) {
        case 'new': return created ??= new connect.CfnInstance(stacks[home], `Instance${index}`, {
          attributes: { inboundCalls: true, outboundCalls: true }, identityManagementType: 'CONNECT_MANAGED', instanceAlias: `instance-${index}`,
        });
        case 'by ARN': return ConnectInstance.fromInstanceArn(user, unique, instanceArn(number));
        case 'by id': return ConnectInstance.fromInstanceId(user, unique, instanceArn(number).split('/')[1]);
        case 'by parameter': return ConnectInstance.fromInstanceArn(user, unique, parameter(stacks[home], `InstanceArnf${home}f${number}`));
        case 'by lazy value': return created ??= ConnectInstance.fromInstanceArn(user, unique, Lazy.string({
          produce: () => isComplete ? instanceArn(LAZY_INSTANCES[index]) : undefined,
        }));
        case 'by imported value':
          return ConnectInstance.fromInstanceArn(user, unique, Fn.importValue(`Exported${stacks.indexOf(user)}d${index}`));
        case 'with role': return ConnectInstance.fromInstanceAttributes(user, unique, { instanceArn: instanceArn(number), serviceRoleArn: roleArn(number) });
      }
    };
    if (source === 'new') instance(stacks[home]);
    /** A text that is equal for equal instances. */
    const identity = (user: number) => {
      switch (source) {
        case 'by parameter': return `${source} ${home} ${number}`;
        case 'by imported value': return `${source} ${user} ${index}`;
        case 'new':
        case 'by lazy value': return `${source} ${index}`;
        default: return String(number);
      }
    };
    return { home: source === 'new' || source === 'by parameter' ? home : 0, instance, identity };
  });

  const external: string[] = [];
  const constructs = new Map<number, ConnectDataStreaming>();
  const streamed = new Set<string>();
  let isComplete = false;
  for (const index of constructIndexes) {
    const chosen = spec.constructs[index];
    const { home, instance, identity } = instances[chosen.instance % instances.length];
    // A construct can be in the parent of the nested stack of its instance.
    const parentNumber = stacks.indexOf(stacks[home].nestedStackParent!);
    const number = chosen.isInParent && parentNumber !== -1 ? parentNumber : Math.max(home, within(chosen.stack));
    const stack = stacks[number];
    // AWS CDK cannot reference a key in another account from a nested stack.
    const isUsable = (source: string) => source !== 'new in another account' || !stacks.some(({ nested }) => nested);
    const reachable = keys.filter((key) => key.home <= number && isUsable(key.source));
    const pick = (key: number) => reachable.length > 0 ? reachable[key % reachable.length] : undefined;

    type Destination = typeof chosen.destinations[number];
    const destination = ({ source, key: wanted, stack: place }: Destination, dataType: string): StreamingDestination | undefined => {
      const id = `Stream${index}${dataType}`;
      const usesOtherKey = changesKeys && chosen.keyAccess === KeyAccess.GRANT && !source.endsWith('stream of the app');
      const picked = pick(usesOtherKey ? wanted + 1 : wanted);
      const streamName = replacesStreams ? `${id}-replaced` : undefined;
      const streamHome = stacks[Math.max(picked?.home ?? 0, within(place, number))];
      switch (source) {
        case 'none': return undefined;
        case 'new stream': return StreamingDestination.newKinesisStream({ streamName });
        case 'new stream with key': return StreamingDestination.newKinesisStream({ streamName, encryptionKey: picked?.key(stack) });
        case 'new managed stream': return StreamingDestination.newKinesisStream({ streamName, encryption: kinesis.StreamEncryption.MANAGED });
        case 'existing stream': return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, id, streamArn(9)));
        case 'existing stream with key': {
          // An existing stream has an existing key. A stream with a key of the app is defined by the app and imported by its ARN.
          const encryptionKey = picked?.key(stack);
          const arn = picked && EXISTING_KEYS.includes(picked.source)
            ? streamArn(picked.number)
            : newStream(stack, `${id}Created`, keyOf(encryptionKey)).streamArn;
          return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, id, { streamArn: arn, encryptionKey }));
        }
        case 'stream of the app':
          return StreamingDestination.kinesisStream(newStream(streamHome, id, keyOf(picked?.key(streamHome))));
        case 'L1 stream of the app': {
          // AWS CDK cannot determine whether a parameter is the ARN of a key, so it adds a warning instead of a grant.
          const key = picked?.source === 'by parameter' ? undefined : keyOf(picked?.key(streamHome));
          const stream = new kinesis.CfnStream(streamHome, id, { streamEncryption: key && { encryptionType: 'KMS', keyId: key.keyArn } });
          dependOnKey(stream, key);
          return StreamingDestination.kinesisStream(stream);
        }
        case 'new delivery stream': return StreamingDestination.newDeliveryStream();
        case 'existing delivery stream':
          return StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, id, DELIVERY_STREAM_ARN));
      }
    };

    const dataTypes = DATA_TYPES.filter((_, at) => chosen.destinations[at].source !== 'none').map((dataType) => `${dataType} of ${identity(number)}`);
    const construct = expectDuplicate(dataTypes.some((dataType) => streamed.has(dataType)), () => new ConnectDataStreaming(stack, `Streaming${index}`, {
      instance: instance(stack),
      encryptionKey: chosen.encryptionKey === undefined ? undefined : pick(chosen.encryptionKey)?.key(stack),
      keyAccess: chosen.keyAccess,
      ...Object.fromEntries(DATA_TYPES.map((dataType, at) => [dataType, destination(chosen.destinations[at], dataType)])),
    }));
    dataTypes.forEach((dataType) => streamed.add(dataType));
    constructs.set(index, construct);
    if (chosen.keyAccess === KeyAccess.EXTERNAL) {
      external.push(...construct.node.findAll()
        .filter((child) => connect.CfnInstanceStorageConfig.isCfnInstanceStorageConfig(child))
        .map((child) => `${scopeName(stack)}/${stack.getLogicalId(child)}`));
    }
  }
  for (const [index, construct] of constructs) {
    const otherIndex = (spec.constructs[index].dependsOn ?? index) % spec.constructs.length;
    const other = constructs.get(otherIndex);
    const isInOrder = spec.dependsOnLater ? otherIndex > index : otherIndex < index;
    // The policy of an L1 key names the role of a delivery stream, so the key already depends on the construct of the role.
    const isInKeyPolicy = construct.contactRecordsDeliveryStream && spec.keys.some(({ source }) => source === 'new L1');
    if (other && isInOrder && !isInKeyPolicy && Stack.of(other) === Stack.of(construct)) construct.node.addDependency(other);
  }
  isComplete = true;
  return { app, stage, external };
}

/** Throws another error if a duplicate association is not rejected, or if another association is rejected as a duplicate. */
function expectDuplicate<T>(isDuplicate: boolean, create: () => T): T {
  const isRejected = (error: unknown) => (error as Error).message.includes('already streams them');
  let created: T;
  try {
    created = create();
  } catch (error) {
    throw isRejected(error) && !isDuplicate ? new Error(`no duplicate: ${(error as Error).message}`.replace('already streams', 'streams')) : error;
  }
  if (isDuplicate) throw new Error('a duplicate association is not rejected');
  return created;
}

function newStream(scope: Stack, id: string, encryptionKey?: kms.IKey): kinesis.Stream {
  const stream = new kinesis.Stream(scope, id, { encryptionKey });
  dependOnKey(stream, encryptionKey);
  return stream;
}

/** AWS CDK adds no dependency if a resource references a key of the app in another account. */
function dependOnKey(stream: IConstruct, key?: kms.IKey): void {
  if (key instanceof kms.Key && Stack.of(key).account === OTHER_ACCOUNT) stream.node.addDependency(key);
}

function parameter(stack: Stack, name: string): string {
  return (stack.node.tryFindChild(name) as CfnParameter | undefined ?? new CfnParameter(stack, name)).valueAsString;
}

/** The name that the deployment simulation gives to a stack or nested stack. */
function scopeName(stack: Stack): string {
  const { nestedStackParent: parent, nestedStackResource: resource } = stack;
  return parent ? `${scopeName(parent)}/${parent.getLogicalId(resource as CfnResource)}` : stack.stackName;
}

/** The key of an alias, because the streams of the CDK do not depend on the alias of their key. */
function keyOf(key?: kms.IKey): kms.IKey | undefined {
  return key instanceof kms.Alias ? key.aliasTargetKey : key;
}

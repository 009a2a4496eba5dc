/**
 * Random apps that combine instances, keys, streams and stacks as users may do.
 */
import {
  App, aws_connect as connect, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, aws_sns as sns, CfnParameter, CfnResource,
  Fn, Lazy, NestedStack, Stack, Stage,
} from 'aws-cdk-lib';
import { ASSET_RESOURCE_METADATA_ENABLED_CONTEXT, DEFAULT_CROSS_STACK_REFERENCES } from 'aws-cdk-lib/cx-api';
import type { aws_connect as connectRefs } from 'aws-cdk-lib/interfaces';
import type { IConstruct } from 'constructs';
import { CHANGED_INSTANCE, EXISTING_KEYS, instanceArn, keyArn, LAZY_INSTANCES, nameIn, OTHER_ACCOUNT, parametersOf, roleArn, streamArn } from './existing-resources';
import { DATA_TYPES, type RandomApp, RESOURCE_TYPES } from './random-spec';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from '../../src';
import { ACCOUNT, DELIVERY_STREAM_ARN, ENV, REGION } from '../support';

export interface BuiltApp {
  readonly app: App;
  readonly stage?: Stage;
  /** The node ids of the associations for which the key owner manages access. */
  readonly external: string[];
  /** The associations that the app must have: the resource type, and the ARN of an existing instance or the alias of a new one. */
  readonly associations: string[];
  /** The node ids of the resources of each construct, except those whose instance or key the second version changes. */
  readonly unchanged: Map<number, string[]>;
}

const NO_CHANGES: Changes = { replacesStreams: false, changesKeys: false, changesInstance: false };

/** Builds the first version of the app. */
export function buildRandomApp(spec: RandomApp): BuiltApp {
  return build(spec, spec.constructs.map((_, index) => index), NO_CHANGES);
}

/** Builds the second version of the app. */
export function buildSecondVersion(spec: RandomApp): BuiltApp {
  const { removed, isReversed, renamesGrants, changedInstance, ...changes } = spec.secondVersion;
  const indexes = spec.constructs.map((_, index) => index).filter((index) => removed === undefined || index !== removed % spec.constructs.length);
  const built = build(spec, isReversed ? indexes.reverse() : indexes, { ...changes, changesInstance: changedInstance !== undefined });
  for (const child of renamesGrants ? built.app.node.findAll() : []) {
    if (CfnResource.isCfnResource(child) && /\/ConnectKeyGrant\w+\/Resource\/Default$/.test(child.node.path)) child.overrideLogicalId(`Renamed${child.node.addr}`);
  }
  return built;
}

type Changes = Pick<RandomApp['secondVersion'], 'replacesStreams' | 'changesKeys'> & { readonly changesInstance: boolean };

function build(spec: RandomApp, constructIndexes: number[], { replacesStreams, changesKeys, changesInstance }: Changes): BuiltApp {
  const app = new App({
    context: {
      [ASSET_RESOURCE_METADATA_ENABLED_CONTEXT]: true, // adds the file names of nested stacks
      [DEFAULT_CROSS_STACK_REFERENCES]: spec.crossStackReferences,
    },
  });
  const stage = spec.isInStage ? new Stage(app, 'Stage') : undefined;
  const stacks: Stack[] = [];
  let parent: Stack | undefined;
  for (const [number, { isNested, region }] of spec.stacks.entries()) {
    if (parent && isNested) stacks.push(new NestedStack(parent, `Stack${number}`));
    else stacks.push(parent = new Stack(stage ?? app, `Stack${number}`, { env: { ...ENV, region } }));
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
        case 'in another account': return kms.Key.fromKeyArn(user, unique, keyArn(number, user.region, source));
        case 'by parameter': return kms.Key.fromKeyArn(user, unique, parameter(stacks[home], nameIn(stacks[home].region, `KeyArn${number}`)));
        case 'new in another account':
          return created ??= new kms.Key(new Stack(stage ?? app, `Stack${id}`, { env: { account: OTHER_ACCOUNT, region: stacks[0].region } }), id);
        case 'alias by name': return kms.Alias.fromAliasName(user, unique, `alias/key-${number}`);
        case 'AWS managed': return kms.Alias.fromAliasName(user, unique, 'alias/aws/kinesis');
      }
    };
    if (source.includes('new')) key(stacks[home]); // also if only one version of the app uses it
    const isInStack = !['by ARN', 'in another account', 'alias by name', 'AWS managed'].includes(source);
    const keyHome = source === 'new in another account' ? 0 : home;
    return { source, home: keyHome, region: isInStack ? stacks[keyHome].region : undefined, number, key };
  });

  const parameters = parametersOf(spec, changesInstance);
  const changedIndex = (spec.secondVersion.changedInstance ?? -1) % spec.instances.length;
  const instances = spec.instances.map(({ source, stack: chosen, number: chosenNumber }, index) => {
    const home = within(chosen);
    const isChanged = changesInstance && index === changedIndex;
    const number = isChanged ? `${CHANGED_INSTANCE}${chosenNumber}` : String(chosenNumber);
    const lazyNumber = isChanged ? `${CHANGED_INSTANCE}${LAZY_INSTANCES[index]}` : LAZY_INSTANCES[index];
    const alias = `instance-${index}${isChanged ? '-replaced' : ''}`;
    let created: connectRefs.IInstanceRef | undefined;
    const instance = (user: Stack): connectRefs.IInstanceRef => {
      const unique = `Instance${index}Used${imports++}`;
      const { region } = user;
      switch (source) {
        case 'new': return created ??= new connect.CfnInstance(stacks[home], `Instance${index}`, {
          attributes: { inboundCalls: true, outboundCalls: true }, identityManagementType: 'CONNECT_MANAGED', instanceAlias: alias,
        });
        case 'by ARN': return ConnectInstance.fromInstanceArn(user, unique, instanceArn(number, region));
        case 'by id': return ConnectInstance.fromInstanceId(user, unique, instanceArn(number).split('/')[1]);
        case 'by parameter': return ConnectInstance.fromInstanceArn(user, unique, parameter(stacks[home], nameIn(region, `InstanceArnf${home}f${chosenNumber}`)));
        case 'by lazy value': return created ??= ConnectInstance.fromInstanceArn(stacks[home], `Instance${index}`, Lazy.string({ // the path is its identity
          produce: () => isComplete ? instanceArn(lazyNumber, region) : undefined,
        }));
        case 'by imported value':
          return ConnectInstance.fromInstanceArn(user, unique, Fn.importValue(nameIn(region, `Exported-d${stacks.indexOf(user)}d${index}`)));
        case 'with role': return ConnectInstance.fromInstanceAttributes(user, unique, {
          instanceArn: instanceArn(number, region), serviceRoleArn: roleArn(number, region),
        });
      }
    };
    if (source === 'new') instance(stacks[home]);
    /** A text that is equal for equal instances of the first version. */
    const identity = (user: number) => {
      switch (source) {
        case 'by parameter': return `${source} ${home} ${chosenNumber}`;
        case 'by imported value': return `${source} ${user} ${index}`;
        case 'new':
        case 'by lazy value': return `${source} ${index}`;
        default: return `${stacks[user].region} ${chosenNumber}`;
      }
    };
    const arn = (user: number) => {
      const { region } = stacks[user];
      switch (source) {
        case 'by parameter': return parameters[nameIn(region, `InstanceArnf${home}f${chosenNumber}`)];
        case 'by imported value': return parameters[nameIn(region, `Exported-d${user}d${index}`)];
        case 'new': return alias;
        default: return instanceArn(source === 'by lazy value' ? lazyNumber : number, region);
      }
    };
    const isInStack = source === 'new' || source === 'by parameter';
    return { home: isInStack ? home : 0, region: isInStack || source === 'by lazy value' ? stacks[home].region : undefined, instance, identity, arn };
  });

  const external: string[] = [];
  const associations: string[] = [];
  const unchanged: BuiltApp['unchanged'] = new Map();
  const constructs = new Map<number, ConnectDataStreaming>();
  const streamed = new Set<string>();
  let isComplete = false;
  const isInRegion = (stack: number, region = stacks[stack].region) => stacks[stack].region === region;
  // The second version decides as the first one, so that a construct streams the same data types in both.
  const placed = spec.constructs.map((chosen) => {
    const instance = instances[chosen.instance % instances.length];
    // A construct can be in the parent of the nested stack of its instance.
    const parentNumber = stacks.indexOf(stacks[instance.home].nestedStackParent!);
    const isInParent = chosen.isInParent && parentNumber !== -1;
    const possible = [...stacks.keys()].filter((other) => other >= instance.home && isInRegion(other, instance.region));
    const number = isInParent ? parentNumber : possible[chosen.stack % possible.length];
    const keyOfDataType = (dataType: string) => `${dataType} of ${instance.identity(number)}`;
    const specified = DATA_TYPES.map((dataType, at) => ({ dataType, ...chosen.destinations[at] }))
      .filter(({ dataType, source }) => source !== 'none' && (spec.hasDuplicates || !streamed.has(keyOfDataType(dataType))));
    const isDuplicate = specified.some(({ dataType }) => streamed.has(keyOfDataType(dataType)));
    specified.forEach(({ dataType }) => streamed.add(keyOfDataType(dataType)));
    return { chosen, instance, isInParent, number, specified, isDuplicate };
  });
  for (const index of constructIndexes) {
    const { chosen, instance: { home, instance, arn }, isInParent, number, specified, isDuplicate } = placed[index];
    const stack = stacks[number];
    // AWS CDK cannot reference a key in another account from a nested stack.
    const isUsable = (source: string) => source !== 'new in another account' || !stacks.some(({ nested }) => nested);
    const reachable = keys.filter((key) => key.home <= number && isInRegion(number, key.region) && isUsable(key.source));
    const pick = (key: number) => reachable.length > 0 ? reachable[key % reachable.length] : undefined;

    type Destination = typeof chosen.destinations[number];
    const destination = ({ source, key: wanted, stack: place }: Destination, dataType: string): StreamingDestination | undefined => {
      const id = `Stream${index}${dataType}`;
      // The grant on another key cannot come before the streams of some layouts: see docs/changing-a-deployed-app.md.
      const usesOtherKey = changesKeys && chosen.keyAccess === KeyAccess.GRANT && !isInParent && !source.endsWith('stream of the app');
      const picked = pick(usesOtherKey ? wanted + 1 : wanted);
      const streamName = replacesStreams ? `${id}-replaced` : undefined;
      const streamHomes = [...stacks.keys()].filter((other) => other >= (picked?.home ?? 0) && other <= number && isInRegion(other, stack.region));
      const isInNested = isInParent && place % 2 === 0;
      if (isInNested && picked) new sns.CfnTopic(stacks[home], `UserOf${id}`, { kmsMasterKeyId: picked.key(stacks[home]).keyArn });
      const streamHome = stacks[isInNested ? home : streamHomes[place % streamHomes.length]];
      switch (source) {
        case 'none': return undefined;
        case 'new stream': return StreamingDestination.newKinesisStream({ streamName });
        case 'new stream with key': return StreamingDestination.newKinesisStream({ streamName, encryptionKey: picked?.key(stack) });
        case 'new managed stream': return StreamingDestination.newKinesisStream({ streamName, encryption: kinesis.StreamEncryption.MANAGED });
        case 'existing stream': return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, id, streamArn(9, stack.region)));
        case 'existing stream with key': {
          // An existing stream has an existing key. A stream with a key of the app is defined by the app and imported by its ARN.
          const encryptionKey = picked?.key(stack);
          const existingArn = picked && EXISTING_KEYS.includes(picked.source)
            ? streamArn(picked.number, stack.region)
            : newStream(stack, `${id}Created`, keyOf(encryptionKey)).streamArn;
          return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, id, { streamArn: existingArn, encryptionKey }));
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
          return StreamingDestination.deliveryStream(
            firehose.DeliveryStream.fromDeliveryStreamArn(stack, id, DELIVERY_STREAM_ARN.replace(REGION, stack.region)),
          );
      }
    };

    const construct = expectDuplicate(isDuplicate, () => new ConnectDataStreaming(stack, `Streaming${index}`, {
      instance: instance(stack),
      encryptionKey: chosen.encryptionKey === undefined ? undefined : pick(chosen.encryptionKey)?.key(stack),
      keyAccess: chosen.keyAccess,
      ...Object.fromEntries(specified.map(({ dataType, ...rest }) => [dataType, destination(rest, dataType)])),
    }));
    constructs.set(index, construct);
    associations.push(...specified.map(({ dataType }) => `${RESOURCE_TYPES[dataType]} of ${arn(number)}`));
    if (chosen.instance % instances.length !== changedIndex) {
      unchanged.set(index, construct.node.findAll().filter(CfnResource.isCfnResource).map(nodeIdOf));
    }
    if (chosen.keyAccess === KeyAccess.EXTERNAL) {
      external.push(...construct.node.findAll()
        .filter((child) => connect.CfnInstanceStorageConfig.isCfnInstanceStorageConfig(child))
        .map(nodeIdOf));
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
  return { app, stage, external, associations, unchanged };
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

function nodeIdOf(resource: CfnResource): string {
  return `${scopeName(resource.stack)}/${resource.stack.getLogicalId(resource)}`;
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

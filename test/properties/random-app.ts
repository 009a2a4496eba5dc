/**
 * Random apps that combine instances, keys, streams and stacks as users may do.
 */
import {
  type App, aws_connect as connect, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, CfnParameter, Stack,
} from 'aws-cdk-lib';
import type { aws_connect as connectRefs } from 'aws-cdk-lib/interfaces';
import * as fc from 'fast-check';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from '../../src';
import { SimulatedAccount } from '../simulation/simulated-account';
import { ACCOUNT, DELIVERY_STREAM_ARN, ENV, REGION } from '../support';

/** Chooses values with the given weights. */
function weighted<T extends string>(weights: Record<T, number>): fc.Arbitrary<T> {
  return fc.oneof(...Object.entries<number>(weights).map(([value, weight]) => ({ weight, arbitrary: fc.constant(value as T) })));
}

const INSTANCE_SOURCE = weighted({ 'new': 3, 'by ARN': 3, 'by id': 2, 'by parameter': 2, 'with role': 2 });
const KEY_SOURCE = weighted({ 'new': 6, 'new L1': 2, 'alias of new': 2, 'by ARN': 6, 'alias by name': 1, 'AWS managed': 2 });
const KEY_ACCESS = weighted({ [KeyAccess.AUTOMATIC]: 10, [KeyAccess.GRANT]: 4, [KeyAccess.EXTERNAL]: 2, [KeyAccess.KEY_POLICY]: 1 });
const KINESIS = {
  'none': 20,
  'new stream': 3,
  'new stream with key': 4,
  'new managed stream': 1,
  'existing stream': 1,
  'existing stream with key': 4,
  'stream of the app': 3,
};
const DATA_TYPES = ['contactRecords', 'agentEvents', 'voiceAnalysisSegments', 'chatAnalysisSegments'] as const;
const STACKS = 4;
const INSTANCES = 6;
const SOME = fc.nat({ max: 11 });

/** Numbers select from the available resources. A stack uses resources of its own or of earlier stacks only. */
export const randomApp = fc.record({
  stacks: fc.integer({ min: 1, max: STACKS }),
  instances: fc.array(fc.record({ source: INSTANCE_SOURCE, stack: SOME, number: fc.nat({ max: INSTANCES - 1 }) }), { minLength: 1, maxLength: 4 }),
  keys: fc.array(fc.record({ source: KEY_SOURCE, stack: SOME }), { minLength: 1, maxLength: 4 }),
  constructs: fc.array(fc.record({
    stack: SOME,
    instance: SOME,
    encryptionKey: fc.option(SOME, { nil: undefined }),
    keyAccess: fc.option(KEY_ACCESS, { nil: undefined, freq: 2 }),
    destinations: fc.tuple(...DATA_TYPES.map((dataType) => fc.record({
      source: weighted(dataType === 'contactRecords'
        ? { ...KINESIS, 'new delivery stream': 3, 'existing delivery stream': 1 }
        : { ...KINESIS, 'new delivery stream': 1, 'existing delivery stream': 0 }),
      key: SOME,
      stack: SOME,
    }))),
  }), { minLength: 1, maxLength: 4 }),
});

export type RandomApp = typeof randomApp extends fc.Arbitrary<infer T> ? T : never;

function instanceArn(number: number | string): string {
  return `arn:aws:connect:${REGION}:${ACCOUNT}:instance/aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;
}

function roleArn(number: number | string): string {
  return `arn:aws:iam::${ACCOUNT}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_${number}`;
}

function keyArn(number: number): string {
  return `arn:aws:kms:${REGION}:${ACCOUNT}:key/11111111-2222-3333-4444-00000000000${number}`;
}

function streamArn(key: number): string {
  return `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/existing-${key}`;
}

/** Instances that are specified by a parameter. They differ from those specified by ARN, because an app cannot determine that two are the same. */
const PARAMETER_INSTANCES = Array.from({ length: STACKS * INSTANCES }, (_, number) => `f${Math.floor(number / INSTANCES)}f${number % INSTANCES}`);

/** The values of the CloudFormation parameters in random apps. */
export const PARAMETERS = Object.fromEntries(PARAMETER_INSTANCES.map((number) => [`InstanceArn${number}`, instanceArn(number)]));

/** The account before a random app is deployed. */
export function accountFor({ keys }: RandomApp): SimulatedAccount {
  const account = new SimulatedAccount().addStream(streamArn(9));
  for (let number = 0; number < INSTANCES; number++) account.addInstance(instanceArn(number), roleArn(number));
  for (const number of PARAMETER_INSTANCES) account.addInstance(instanceArn(number), roleArn(number));
  keys.forEach(({ source }, number) => {
    if (source === 'by ARN') account.addKey(keyArn(number)).addStream(streamArn(number), keyArn(number));
  });
  return account;
}

/** Builds the app. Returns the node ids of the associations for which the key owner manages access. */
export function buildRandomApp(app: App, spec: RandomApp): string[] {
  const stacks = Array.from({ length: spec.stacks }, (_, number) => new Stack(app, `Stack${number}`, { env: ENV }));
  const within = (stack: number, last = stacks.length - 1) => stack % (last + 1);
  let count = 0;

  const keys = spec.keys.map(({ source, stack: chosen }, number) => {
    const home = within(chosen);
    const id = `Key${number}`;
    let created: kms.IKey | undefined;
    const key = (user: Stack): kms.IKey => {
      const unique = `${id}Used${count++}`;
      switch (source) {
        case 'new': return created ??= new kms.Key(stacks[home], id);
        case 'new L1': return created ??= kms.Key.fromCfnKey(new kms.CfnKey(stacks[home], id, {
          keyPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }] },
        }));
        case 'alias of new': return created ??= new kms.Key(stacks[home], id).addAlias(`key-${number}`);
        case 'by ARN': return kms.Key.fromKeyArn(user, unique, keyArn(number));
        case 'alias by name': return kms.Alias.fromAliasName(user, unique, `alias/key-${number}`);
        case 'AWS managed': return kms.Alias.fromAliasName(user, unique, 'alias/aws/kinesis');
      }
    };
    return { source, home, number, key };
  });

  const instances = spec.instances.map(({ source, stack: chosen, number }, index) => {
    const home = within(chosen);
    let created: connectRefs.IInstanceRef | undefined;
    const instance = (user: Stack): connectRefs.IInstanceRef => {
      const unique = `Instance${index}Used${count++}`;
      switch (source) {
        case 'new': return created ??= new connect.CfnInstance(stacks[home], `Instance${index}`, {
          attributes: { inboundCalls: true, outboundCalls: true }, identityManagementType: 'CONNECT_MANAGED', instanceAlias: `instance-${index}`,
        });
        case 'by ARN': return ConnectInstance.fromInstanceArn(user, unique, instanceArn(number));
        case 'by id': return ConnectInstance.fromInstanceId(user, unique, instanceArn(number).split('/')[1]);
        case 'by parameter': {
          const name = `InstanceArnf${home}f${number}`;
          const parameter = stacks[home].node.tryFindChild(name) ?? new CfnParameter(stacks[home], name);
          return ConnectInstance.fromInstanceArn(user, unique, (parameter as CfnParameter).valueAsString);
        }
        case 'with role': return ConnectInstance.fromInstanceAttributes(user, unique, { instanceArn: instanceArn(number), serviceRoleArn: roleArn(number) });
      }
    };
    return { home: source === 'new' || source === 'by parameter' ? home : 0, instance };
  });

  const external: string[] = [];
  spec.constructs.forEach((chosen, index) => {
    const { home, instance } = instances[chosen.instance % instances.length];
    const number = Math.max(home, within(chosen.stack));
    const stack = stacks[number];
    const reachable = keys.filter((key) => key.home <= number);
    const pick = (key: number) => reachable.length > 0 ? reachable[key % reachable.length] : undefined;

    const destination = ({ source, key: wanted, stack: place }: typeof chosen.destinations[number]): StreamingDestination | undefined => {
      const picked = pick(wanted);
      const unique = `Stream${count++}`;
      switch (source) {
        case 'none': return undefined;
        case 'new stream': return StreamingDestination.newKinesisStream();
        case 'new stream with key': return StreamingDestination.newKinesisStream({ encryptionKey: picked?.key(stack) });
        case 'new managed stream': return StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED });
        case 'existing stream': return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, unique, streamArn(9)));
        case 'existing stream with key': {
          // An existing stream has an existing key. A stream with a key of the app is defined by the app and imported by its ARN.
          const encryptionKey = picked?.key(stack);
          const arn = picked?.source === 'by ARN' ? streamArn(picked.number) : new kinesis.Stream(stack, `${unique}Created`, { encryptionKey: keyOf(encryptionKey) }).streamArn;
          return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, unique, { streamArn: arn, encryptionKey }));
        }
        case 'stream of the app': {
          const streamHome = stacks[Math.max(picked?.home ?? 0, within(place, number))];
          return StreamingDestination.kinesisStream(new kinesis.Stream(streamHome, unique, { encryptionKey: keyOf(picked?.key(streamHome)) }));
        }
        case 'new delivery stream': return StreamingDestination.newDeliveryStream();
        case 'existing delivery stream':
          return StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, unique, DELIVERY_STREAM_ARN));
      }
    };

    const construct = new ConnectDataStreaming(stack, `Streaming${index}`, {
      instance: instance(stack),
      encryptionKey: chosen.encryptionKey === undefined ? undefined : pick(chosen.encryptionKey)?.key(stack),
      keyAccess: chosen.keyAccess,
      ...Object.fromEntries(DATA_TYPES.map((dataType, at) => [dataType, destination(chosen.destinations[at])])),
    });
    if (chosen.keyAccess === KeyAccess.EXTERNAL) {
      external.push(...construct.node.findAll()
        .filter((child) => connect.CfnInstanceStorageConfig.isCfnInstanceStorageConfig(child))
        .map((child) => `${stack.stackName}/${stack.getLogicalId(child)}`));
    }
  });
  return external;
}

/** The key of an alias, because the streams of the CDK do not depend on the alias of their key. */
function keyOf(key?: kms.IKey): kms.IKey | undefined {
  return key instanceof kms.Alias ? key.aliasTargetKey : key;
}

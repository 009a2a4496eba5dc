/**
 * Calls every public constructor, factory and method from JavaScript, where nothing checks types, with values of other types. The
 * signatures are read from the source code, so that a new prop or parameter is tested without a change of this file.
 */
import * as cdk from 'aws-cdk-lib';
import {
  aws_cloudwatch as cloudwatch, aws_cloudwatch_actions as actions, aws_connect as connect, aws_ec2 as ec2, aws_events_targets as targets,
  aws_glue as glue, aws_iam as iam, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kinesisvideo as kinesisvideo, aws_kms as kms,
  aws_s3 as s3, aws_sns as sns, aws_sso as sso, Duration, type Stack,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Construct } from 'constructs';
import * as library from '../src';
import { type Parameter, type Signature, signaturesOf } from './signatures/signatures';
import { INSTANCE_ARN, INSTANCE_ID, instanceWithRole, newStack } from './support';

const { ConnectDataStreaming, ContactRecordsTable, KeyAccess, StreamingDestination } = library;

/** Values by the types that they have, as the source code names them. */
const VALUES: Record<string, { types: string[]; of: (scope: Construct) => unknown }> = {
  'undefined': { types: ['undefined'], of: () => undefined },
  'null': { types: [], of: () => null },
  'a text': { types: ['string'], of: () => 'text' },
  'an empty text': { types: [], of: () => '' },
  'a number': { types: ['number'], of: () => 5 },
  'NaN': { types: [], of: () => NaN },
  'a boolean': { types: ['boolean'], of: () => true },
  'an empty object': { types: ['props'], of: () => ({}) },
  'an object with other properties': { types: ['props'], of: () => ({ arn: INSTANCE_ARN }) },
  'an object without a prototype': { types: ['props'], of: () => Object.create(null) as unknown },
  'an empty list': { types: ['list'], of: () => [] },
  'a list of texts': { types: [], of: () => ['text'] },
  'a function': { types: [], of: () => () => undefined },
  'a class': { types: [], of: () => kinesis.Stream },
  'a symbol': { types: [], of: () => Symbol('text') },
  'a big integer': { types: [], of: () => 5n },
  'a token': { types: [], of: () => cdk.Fn.getAtt('Resource', 'Arn') },
  'a duration': { types: ['Duration'], of: () => Duration.hours(1) },
  'an app': { types: [], of: () => new cdk.App() },
  'a stack': { types: ['Construct'], of: () => newStack() },
  'an L1 of another service': { types: ['Construct'], of: (scope) => new sns.CfnTopic(scope, 'Value') },
  'an L2 of another service': { types: ['Construct'], of: (scope) => new sns.Topic(scope, 'Value') },
  'a Kinesis data stream': { types: ['Construct', 'kinesisRefs.IStreamRef'], of: (scope) => new kinesis.Stream(scope, 'Value') },
  'an L1 Kinesis data stream': { types: ['Construct', 'kinesisRefs.IStreamRef'], of: (scope) => new kinesis.CfnStream(scope, 'Value') },
  'a video stream': { types: ['Construct'], of: (scope) => new kinesisvideo.CfnStream(scope, 'Value', {}) },
  'a delivery stream': { types: ['Construct', 'firehoseRefs.IDeliveryStreamRef', 'iam.IGrantable'], of: newDeliveryStream },
  'an L1 delivery stream': { types: ['Construct', 'firehoseRefs.IDeliveryStreamRef'], of: (scope) => new firehose.CfnDeliveryStream(scope, 'Value') },
  'a bucket': { types: ['Construct', 's3.IBucket'], of: (scope) => new s3.Bucket(scope, 'Value') },
  'an L1 bucket': { types: ['Construct'], of: (scope) => new s3.CfnBucket(scope, 'Value') },
  'a destination of a delivery stream': { types: ['firehose.IDestination'], of: (scope) => new firehose.S3Bucket(new s3.Bucket(scope, 'Value')) },
  'a key': { types: ['Construct', 'kms.IKey'], of: (scope) => new kms.Key(scope, 'Value') },
  'an alias': { types: ['Construct', 'kms.IKey'], of: (scope) => new kms.Key(scope, 'Value').addAlias('value') },
  'an L1 key': { types: ['Construct'], of: (scope) => new kms.CfnKey(scope, 'Value', { keyPolicy: {} }) },
  'a role': { types: ['Construct', 'iam.IRole', 'iam.IGrantable'], of: (scope) => new iam.Role(scope, 'Value', { assumedBy: new iam.AccountRootPrincipal() }) },
  'an L1 role': { types: ['Construct'], of: (scope) => new iam.CfnRole(scope, 'Value', { assumeRolePolicyDocument: {} }) },
  'a principal': { types: ['iam.IGrantable'], of: () => new iam.ServicePrincipal('firehose.amazonaws.com') },
  'an instance': { types: ['Construct', 'connect.IInstanceRef'], of: (scope) => instanceWithRole(scope, 'Value') },
  'an L1 instance': {
    types: ['Construct', 'connect.IInstanceRef'],
    of: (scope) => new connect.CfnInstance(scope, 'Value', { attributes: { inboundCalls: true, outboundCalls: true }, identityManagementType: 'SAML' }),
  },
  'an instance of Amazon EC2': { types: ['Construct'], of: (scope) => new ec2.CfnInstance(scope, 'Value') },
  'an instance of IAM Identity Center': { types: ['Construct'], of: (scope) => new sso.CfnInstance(scope, 'Value', {}) },
  'a database': { types: ['Construct', 'glue.IDatabaseRef'], of: (scope) => new glue.CfnDatabase(scope, 'Value', { catalogId: cdk.Stack.of(scope).account, databaseInput: {} }) },
  'a table': {
    types: ['Construct'],
    of: (scope) => new ContactRecordsTable(scope, 'Value', { streaming: newStreaming(scope, 'Contacts', { contactRecords: StreamingDestination.newDeliveryStream() }) }),
  },
  'a dashboard': { types: ['Construct', 'Dashboard'], of: (scope) => new cloudwatch.Dashboard(scope, 'Value') },
  'an alarm': {
    types: ['Construct'],
    of: (scope) => new cloudwatch.Metric({ namespace: 'Value', metricName: 'Value' }).createAlarm(scope, 'Value', { threshold: 1, evaluationPeriods: 1 }),
  },
  'a list of alarm actions': { types: ['IAlarmAction[]'], of: (scope) => [new actions.SnsAction(new sns.Topic(scope, 'Value'))] },
  'a list of targets': { types: ['IRuleTarget[]'], of: (scope) => [new targets.SnsTopic(new sns.Topic(scope, 'Value'))] },
  'a list of topics': { types: [], of: (scope) => [new sns.Topic(scope, 'Value')] },
  'a data streaming construct': { types: ['Construct', 'ConnectDataStreaming'], of: (scope) => requiredStreaming(cdk.Stack.of(scope)) },
  'a destination of a stream': { types: ['StreamingDestination', 'KinesisStreamDestination'], of: () => StreamingDestination.newKinesisStream() },
  'a destination of a delivery stream for contact records': { types: ['StreamingDestination'], of: () => StreamingDestination.newDeliveryStream() },
  'an encryption of a delivery stream': { types: ['firehose.StreamEncryption'], of: () => firehose.StreamEncryption.awsOwnedKey() },
  'an encryption of a Kinesis data stream': { types: ['StreamEncryption', 'string'], of: () => kinesis.StreamEncryption.MANAGED },
  'a stream mode': { types: ['StreamMode', 'string'], of: () => kinesis.StreamMode.ON_DEMAND },
  'a removal policy': { types: ['RemovalPolicy', 'string'], of: () => cdk.RemovalPolicy.DESTROY },
  'a list of metrics': { types: ['ShardLevelMetrics[]'], of: () => [kinesis.ShardLevelMetrics.ALL] },
  'a key access': { types: ['KeyAccess', 'string'], of: () => KeyAccess.GRANT },
  'a key access in lowercase': { types: ['string'], of: () => 'external' },
};

/** Returns the construct with this id, and creates it on first use in the stack. */
function once<T>(stack: Stack, id: string, create: (id: string) => T): T {
  return stack.node.tryFindChild(id) as T | undefined ?? create(id);
}

/** Values of the required props and parameters. */
const REQUIRED: Record<string, (stack: Stack) => unknown> = {
  scope: (stack) => stack,
  id: (stack) => `Id${stack.node.children.length}`,
  instance: requiredInstance,
  agentEvents: () => StreamingDestination.newKinesisStream(),
  streaming: requiredStreaming,
  stream: (stack) => once(stack, 'RequiredStream', (id) => new kinesis.Stream(stack, id)),
  instanceArn: () => INSTANCE_ARN,
  instanceId: () => INSTANCE_ID,
};

function requiredInstance(stack: Stack): library.ConnectInstance {
  return once(stack, 'RequiredInstance', (id) => instanceWithRole(stack, id));
}

function requiredStreaming(stack: Stack): library.ConnectDataStreaming {
  return once(stack, 'RequiredStreaming', (id) => newStreaming(stack, id));
}

function newStreaming(scope: Construct, id: string, destinations: Partial<library.ConnectDataStreamingProps> = {}): library.ConnectDataStreaming {
  return new ConnectDataStreaming(scope, id, {
    instance: instanceWithRole(scope, `${id}Instance`, INSTANCE_ARN.replace('aaaaaaaa', id === 'RequiredStreaming' ? 'bbbbbbbb' : 'cccccccc')),
    contactRecords: StreamingDestination.newKinesisStream(),
    agentEvents: StreamingDestination.newKinesisStream(),
    voiceAnalysisSegments: StreamingDestination.newKinesisStream(),
    chatAnalysisSegments: StreamingDestination.newKinesisStream(),
    ...destinations,
  });
}

function newDeliveryStream(scope: Construct): firehose.DeliveryStream {
  return new firehose.DeliveryStream(scope, 'Value', { destination: new firehose.S3Bucket(new s3.Bucket(scope, 'ValueBucket')) });
}

const SIGNATURES = Object.keys(library).flatMap(signaturesOf).filter(({ parameters }) => parameters.length > 0);
const SIGNATURES_BY_NAME = SIGNATURES.map((signature) => [`${signature.className}.${signature.name}`, signature] as const);

function withProps({ parameters }: Signature): readonly Parameter[] {
  return parameters.flatMap((parameter) => [parameter, ...parameter.props ?? []]);
}

/** Calls with a value for a parameter or prop, and valid values for what else is required. Uses the result, and synthesizes the stack. */
function call({ className, kind, name, parameters }: Signature, stack: Stack, changed: Parameter, value: unknown): void {
  const required = ({ name: parameter }: Parameter) => REQUIRED[parameter](stack);
  const args = parameters.map((parameter) => {
    if (parameter === changed) return value;
    if (!parameter.props) return required(parameter);
    const props = parameter.props.filter((prop) => !prop.isOptional || (className === 'ConnectDataStreaming' && prop.name === 'agentEvents'));
    return Object.fromEntries([
      ...props.filter((prop) => prop !== changed).map((prop) => [prop.name, required(prop)]),
      ...parameter.props.includes(changed) ? [[changed.name, value]] : [],
    ]) as unknown;
  });
  const classes = library as unknown as Record<string, Record<string, (...values: unknown[]) => unknown> & (new (...values: unknown[]) => unknown)>;
  if (kind === 'constructor') {
    new classes[className](...args);
  } else if (kind === 'method') {
    const streaming = requiredStreaming(stack);
    const object = className === 'ConnectDataStreaming' ? streaming : once(stack, 'Required', (id) => new classes[className](stack, id, { streaming }));
    (object as Record<string, (...values: unknown[]) => unknown>)[name](...args);
  } else {
    const result = classes[className][name](...args) as library.StreamingDestination | library.ConnectInstance;
    const props = result instanceof StreamingDestination
      ? { instance: requiredInstance(stack), contactRecords: result }
      : { instance: result, agentEvents: StreamingDestination.newKinesisStream() };
    new ConnectDataStreaming(stack, 'Streaming', props);
  }
  Template.fromStack(stack);
}

function isOfType({ type, isOptional, props }: Parameter, types: string[]): boolean {
  return types.includes(type) || (isOptional && types.includes('undefined')) || (type.endsWith('[]') && types.includes('list'))
    || (props !== undefined && types.includes('props') && props.every((prop) => prop.isOptional));
}

function errorOf(block: () => void): string {
  try {
    block();
    return 'no error';
  } catch (error) {
    return (error as Error).message;
  }
}

/** Returns what is wrong with the outcome of a call. */
function problemWith(signature: Signature, stack: Stack, parameter: Parameter, value: unknown, types: string[]): string | undefined {
  try {
    call(signature, stack, parameter, value);
    return isOfType(parameter, types) ? undefined : 'passes in silence';
  } catch (error) {
    const { name, message } = error as Error;
    const isExpected = name === 'Error' && /^(Stack|Default|Value|[A-Z]\w+\.\w+|[A-Z]\w+)[\w/]*: \S[^;]* (must|cannot|requires)[^;]*\S, got [^;]+; .+/.test(message);
    return isExpected || (isOfType(parameter, types) && !(error instanceof TypeError)) ? undefined : `${name}: ${message.slice(0, 200)}`;
  }
}

/** What each parameter and prop must be, and the way out. */
test.each(SIGNATURES_BY_NAME)('%s explains what it cannot use', (_, signature) => {
  const errors = withProps(signature).map((parameter) => [parameter.name, errorOf(() => call(signature, newStack(), parameter, null))] as const);
  expect(Object.fromEntries(errors)).toMatchSnapshot();
});

test('each public class has signatures, except those that only StreamingDestination creates', () => {
  const constructed = Object.entries(library).filter(([name, value]) => typeof value === 'function' && !SIGNATURES.some(({ className }) => className === name));
  expect(constructed.map(([name]) => name)).toEqual(['DeliveryStreamDestination', 'KinesisStreamDestination']);
});

describe.each(SIGNATURES_BY_NAME)('%s', (_, signature) => {
  test.each(withProps(signature).map((parameter) => [parameter.name, parameter] as const))('rejects values of other types as %s', (__, parameter) => {
    let stack = newStack();
    const problems = Object.entries(VALUES).flatMap(([description, { types, of }]) => {
      const scope = new Construct(stack, description);
      const problem = problemWith(signature, stack, parameter, of(scope), types);
      if (problem || isOfType(parameter, types)) stack = newStack(); // the call can have created constructs
      return problem ? [`${description}: ${problem}`] : [];
    });
    expect(problems).toEqual([]);
  });
});

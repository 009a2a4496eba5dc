import {
  App, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, CfnParameter, custom_resources as cr, NestedStack, Stack, Stage,
} from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from '../src';
import {
  associations, connectStatements, DELIVERY_STREAM_ARN, ENV, existingInstance, INSTANCE_ARN, INSTANCE_ID, KEY_ARN, newInstance, newStack, resources,
  sdkCalls, SID, STREAM_ARN, theOnly,
} from './support';

const OTHER_REGION = INSTANCE_ARN.replace('us-east-1', 'eu-west-1');
const OTHER_PARTITION = INSTANCE_ARN.replace('arn:aws:', 'arn:aws-us-gov:');
const OTHER_ACCOUNT = INSTANCE_ARN.replace('111122223333', '999988887777');

/** Streams agent events of an existing instance whose service-linked role is looked up. */
function streamAgentEvents(stack: Stack, instance = existingInstance(stack)): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: StreamingDestination.newKinesisStream() });
}

function expectLookedUpRole(stack: Stack): void {
  const [lookup] = theOnly(resources(stack, 'Custom::AWS'));
  expect(connectStatements(stack)).toEqual([{
    Sid: SID, Effect: 'Allow', Principal: { AWS: { 'Fn::GetAtt': [lookup, 'Instance.ServiceRole'] } }, Action: 'kms:GenerateDataKey', Resource: '*',
  }]);
}

describe('grants access to the role that the lookup returns', () => {
  test('in a nested stack', () => {
    const nested = new NestedStack(newStack(), 'Nested');
    streamAgentEvents(nested);
    expectLookedUpRole(nested);
  });

  test('in a stage', () => {
    const stack = new Stack(new Stage(new App(), 'Production', { env: ENV }), 'Stack');
    streamAgentEvents(stack);
    expectLookedUpRole(stack);
  });

  test('in AWS GovCloud (US)', () => {
    const stack = newStack({ env: { ...ENV, region: 'us-gov-west-1' } });
    streamAgentEvents(stack, existingInstance(stack, 'Instance', `arn:aws-us-gov:connect:us-gov-west-1:${ENV.account}:instance/${INSTANCE_ID}`));
    expectLookedUpRole(stack);
  });

  test('of an instance whose ARN is an unresolved token', () => {
    const stack = newStack();
    streamAgentEvents(stack, existingInstance(stack, 'Instance', new CfnParameter(stack, 'InstanceArn').valueAsString));
    expectLookedUpRole(stack);
    expect(sdkCalls(stack)[0].parameters).toEqual({ InstanceId: "{'Ref':'InstanceArn'}" });
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', {
      PolicyDocument: {
        Statement: [
          { Effect: 'Allow', Action: 'connect:DescribeInstance', Resource: { Ref: 'InstanceArn' } },
          { Effect: 'Allow', Action: 'ds:DescribeDirectories', Resource: '*' },
        ],
      },
    });
  });

  test('in an environment-agnostic stack', () => {
    const stack = newStack({});
    streamAgentEvents(stack);
    expectLookedUpRole(stack);
  });

});

describe('a stack', () => {
  test('imports the role and the ARN of an instance that another stack defines', () => {
    const app = new App();
    const instances = new Stack(app, 'Instances', { env: ENV });
    const stack = new Stack(app, 'Stack', { env: ENV });
    const instance = newInstance(instances);
    new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: StreamingDestination.newKinesisStream() });

    expect(connectStatements(stack)).toEqual([
      expect.objectContaining({ Principal: { AWS: { 'Fn::ImportValue': expect.stringContaining('ServiceRole') as unknown } } }),
    ]);
    expect(theOnly(associations(stack))[1].Properties.InstanceArn).toEqual({ 'Fn::ImportValue': expect.stringContaining('Instance') as unknown });
  });

  test.each([['before'], ['after']])('keeps the properties of another AwsCustomResource that the app defines %s the streaming construct', (when) => {
    const stack = newStack();
    const addOther = () => new cr.AwsCustomResource(stack, 'Other', {
      onCreate: { service: 'ssm', action: 'GetParameter', parameters: { Name: 'name' }, physicalResourceId: cr.PhysicalResourceId.of('id') },
      policy: cr.AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
      installLatestAwsSdk: true,
    });
    if (when === 'before') addOther();
    streamAgentEvents(stack);
    if (when === 'after') addOther();

    const template = Template.fromStack(stack);
    template.resourceCountIs('Custom::AWS', 2);
    template.hasResourceProperties('Custom::AWS', { InstallLatestAwsSdk: true });
    template.hasResourceProperties('Custom::AWS', { InstallLatestAwsSdk: false });
    template.resourceCountIs('AWS::Lambda::Function', 1);
    template.hasResourceProperties('AWS::Lambda::Function', { MemorySize: 512 }); // required to install the AWS SDK
  });
});

describe('in a stack without env, the construct rejects', () => {
  const KEY_IN_SYDNEY = 'arn:aws:kms:ap-southeast-2:777788889999:key/11111111-2222-3333-4444-555555555555';
  const stackWithout = () => new Stack(new App(), 'Stack');

  test.each([
    [STREAM_ARN.replace('us-east-1', 'eu-west-1'), 'Region', 'us-east-1', 'eu-west-1'],
    [STREAM_ARN.replace('111122223333', '999988887777'), 'account', '111122223333', '999988887777'],
    [STREAM_ARN.replace('arn:aws:', 'arn:aws-cn:'), 'partition', 'aws', 'aws-cn'],
  ])('the Kinesis data stream %s, which is in another %s than the instance', (arn, part, expected, actual) => {
    const stack = stackWithout();
    const agentEvents = StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Existing', arn));
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents }))
      .toThrow(`Stack/Streaming/AgentEvents: agentEvents must be in the ${part} of ${INSTANCE_ARN}, ${expected}, got ${arn} in ${actual}; `);
  });

  test('a KMS key in another Region than the instance', () => {
    const stack = stackWithout();
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY_IN_SYDNEY);
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), encryptionKey, agentEvents: StreamingDestination.newKinesisStream() }))
      .toThrow(`Stack/Streaming/AgentEvents: the KMS key must be in the Region of ${INSTANCE_ARN}, us-east-1, got ${KEY_IN_SYDNEY} in ap-southeast-2; `);
  });

  test('two streams in different Regions for an instance that the app defines, also in a nested stack', () => {
    const stack = stackWithout();
    const instance = newInstance(stack);
    const streamIn = (scope: Stack, region: string) => new ConnectDataStreaming(scope, `In${region}`, {
      instance,
      [region === 'us-east-1' ? 'agentEvents' : 'voiceAnalysisSegments']:
        StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(scope, `Existing${region}`, STREAM_ARN.replace('us-east-1', region))),
    });
    streamIn(new NestedStack(stack, 'Nested'), 'us-east-1');
    expect(() => streamIn(stack, 'eu-west-1')).toThrow(`voiceAnalysisSegments must be in the Region of ${STREAM_ARN}, us-east-1, got `);
  });
});

test('a key in another account than the instance is granted by a grant in a stack without env', () => {
  const stack = new Stack(new App(), 'Stack');
  const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', KEY_ARN.replace('111122223333', '777788889999'));
  new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), encryptionKey, agentEvents: StreamingDestination.newKinesisStream() });
  Annotations.fromStack(stack).hasWarning('*', Match.stringLikeRegexp('createGrantByKeyOwner'));
});

test('literals in the environment of unresolved tokens are accepted', () => {
  const stack = new Stack(new App(), 'Stack');
  const agentEvents = StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Existing', STREAM_ARN.replace('us-east-1', stack.region)));
  expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents })).not.toThrow();
});

describe('the construct rejects', () => {
  test.each([
    [OTHER_REGION, 'Region', 'us-east-1', 'eu-west-1'],
    [OTHER_ACCOUNT, 'account', '111122223333', '999988887777'],
    [OTHER_PARTITION, 'partition', 'aws', 'aws-us-gov'],
  ])('the instance %s, which is in another %s', (arn, part, expected, actual) => {
    const stack = newStack();
    stack.node.setContext('@aws-cdk/core:enablePartitionLiterals', true); // as in every app of `cdk init`
    expect(() => streamAgentEvents(stack, existingInstance(stack, 'Instance', arn))).toThrow(
      `Stack/Streaming: instance must be in the ${part} of the stack, ${expected}, got ${arn} in ${actual}; Amazon Connect requires the instance, `
      + `its streams and this construct to be in one account and Region: specify an Amazon Connect instance in ${part} ${expected}, or use a stack in ${part} ${actual}`);
  });

  test('an instance that a stack in another Region defines', () => {
    const app = new App();
    const instances = new Stack(app, 'Instances', { env: { ...ENV, region: 'eu-west-1' } });
    const stack = new Stack(app, 'Stack', { env: ENV });
    const instance = newInstance(instances);
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: StreamingDestination.newKinesisStream() }))
      .toThrow('Stack/Streaming: instance must be in the Region of the stack, us-east-1, got {"Ref":"Instance"} in eu-west-1; ');
  });

  test.each([
    [STREAM_ARN.replace('us-east-1', 'eu-west-1'), 'Region', 'us-east-1', 'eu-west-1'],
    [STREAM_ARN.replace('111122223333', '999988887777'), 'account', '111122223333', '999988887777'],
  ])('the Kinesis data stream %s, which is in another %s', (arn, part, expected, actual) => {
    const stack = newStack();
    const agentEvents = StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Existing', arn));
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents }))
      .toThrow(`Stack/Streaming/AgentEvents: agentEvents must be in the ${part} of the stack, ${expected}, got ${arn} in ${actual}; `);
  });

  test('a Kinesis data stream that a stack in another Region defines', () => {
    const app = new App();
    const streams = new Stack(app, 'Streams', { env: { ...ENV, region: 'eu-west-1' } });
    const stack = new Stack(app, 'Stack', { env: ENV });
    const agentEvents = StreamingDestination.kinesisStream(new kinesis.Stream(streams, 'Stream', { streamName: 'name' }));
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents }))
      .toThrow(/must be in the Region of the stack, us-east-1, got .* in eu-west-1; .*: specify a Kinesis data stream in Region us-east-1, or use a stack in Region eu-west-1$/);
  });

  test('a Firehose delivery stream in another Region', () => {
    const stack = newStack();
    const arn = DELIVERY_STREAM_ARN.replace('us-east-1', 'eu-west-1');
    const contactRecords = StreamingDestination.deliveryStream(firehose.DeliveryStream.fromDeliveryStreamArn(stack, 'Existing', arn));
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), contactRecords }))
      .toThrow(`Stack/Streaming/ContactRecords: contactRecords must be in the Region of the stack, us-east-1, got ${arn} in eu-west-1; `);
  });
});

test('does not validate ARNs in an environment-agnostic stack or unresolved ARNs', () => {
  const stack = newStack({});
  const parameter = (id: string) => new CfnParameter(stack, id).valueAsString;
  new ConnectDataStreaming(stack, 'Streaming', {
    instance: ConnectInstance.fromInstanceArn(stack, 'Instance', OTHER_REGION),
    contactRecords: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'OtherRegion', STREAM_ARN.replace('us-east-1', 'eu-west-1'))),
    agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Parameter', parameter('StreamArn'))),
  });

  Template.fromStack(stack).hasResourceProperties('AWS::Connect::InstanceStorageConfig', {
    InstanceArn: OTHER_REGION, KinesisStreamConfig: { StreamArn: { Ref: 'StreamArn' } },
  });
});

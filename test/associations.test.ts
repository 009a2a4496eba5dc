import {
  App, Aws, aws_connect as connect, aws_kinesis as kinesis, CfnDynamicReference, CfnDynamicReferenceService, CfnParameter, Fn, Stack,
} from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { aws_connect as instances } from 'aws-cdk-lib/interfaces';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, type KinesisStreamDestination, StreamingDestination } from '../src';
import { associations, ENV, existingInstance, INSTANCE_ARN, INSTANCE_ID, newInstance, newStack, OTHER_INSTANCE_ARN } from './support';

function managed(): KinesisStreamDestination {
  return StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED });
}

/** Returns the resource types of the associations in a stack, each with the associations that it depends on. */
function dependencies(stack: Stack): Record<string, string[]> {
  const all = associations(stack);
  const typeOf = (id: string) => all[id].Properties.ResourceType as string;
  return Object.fromEntries(Object.entries(all).map(([id, { DependsOn = [] }]) =>
    [typeOf(id), DependsOn.filter((other) => other in all).map(typeOf)]));
}

describe('associations of an instance', () => {
  test('deploys the associations of a construct sequentially', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      chatAnalysisSegments: managed(),
      voiceAnalysisSegments: managed(),
      agentEvents: managed(),
      contactRecords: managed(),
    });

    expect(dependencies(stack)).toEqual({
      CONTACT_TRACE_RECORDS: [],
      AGENT_EVENTS: ['CONTACT_TRACE_RECORDS'],
      REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS: ['AGENT_EVENTS'],
      REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS: ['REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS'],
    });
  });

  test.each<[string, (scope: Construct) => [ConnectInstance | connect.CfnInstance, ConnectInstance | connect.CfnInstance]]>([
    ['as one object', (scope) => { const instance = existingInstance(scope); return [instance, instance]; }],
    ['by ARN and by id', (scope) => [existingInstance(scope), ConnectInstance.fromInstanceId(scope, 'Same', INSTANCE_ID)]],
    ['by a parameter', (scope) => {
      const arn = new CfnParameter(scope, 'Arn').valueAsString;
      return [existingInstance(scope, 'First', arn), existingInstance(scope, 'Second', arn)];
    }],
    ['by an id that consists of two parameters', (scope) => {
      const parts = ['Head', 'Tail'].map((id) => new CfnParameter(scope, id).valueAsString).join('-');
      return [ConnectInstance.fromInstanceId(scope, 'First', parts), ConnectInstance.fromInstanceId(scope, 'Second', parts)];
    }],
    ['by an imported value', (scope) => [existingInstance(scope, 'First', Fn.importValue('arn')), existingInstance(scope, 'Second', Fn.importValue('arn'))]],
    ['by reference and by its ARN attribute', (scope) => {
      const instance = newInstance(scope);
      return [instance, existingInstance(scope, 'Same', instance.attrArn)];
    }],
  ])('deploys the associations of two constructs sequentially if both specify the same instance %s', (_, makeInstances) => {
    const stack = newStack();
    const [one, two] = makeInstances(stack);
    new ConnectDataStreaming(stack, 'One', { instance: one, agentEvents: managed() });
    new ConnectDataStreaming(stack, 'Two', { instance: two, contactRecords: managed() });

    expect(dependencies(stack)).toEqual({ AGENT_EVENTS: [], CONTACT_TRACE_RECORDS: ['AGENT_EVENTS'] });
  });

  test.each<[string, (scope: Construct) => [string, string]]>([
    ['by literal ARNs', () => [INSTANCE_ARN, OTHER_INSTANCE_ARN]],
    ['by imported values', () => [Fn.importValue('one'), Fn.importValue('other')]],
    ['by parameters', (scope) => [new CfnParameter(scope, 'FirstArn').valueAsString, new CfnParameter(scope, 'SecondArn').valueAsString]],
    ['by ids that consist of two parameters', (scope) => {
      const [head, one, other] = ['Head', 'One', 'Other'].map((id) => new CfnParameter(scope, `${id}Part`).valueAsString);
      const arn = INSTANCE_ARN.replace(INSTANCE_ID, head);
      return [`${arn}-${one}`, `${arn}-${other}`];
    }],
  ])('deploys the associations of different instances in parallel if the instances are specified %s', (_, makeArns) => {
    const stack = newStack();
    const [first, second] = makeArns(stack);
    new ConnectDataStreaming(stack, 'One', { instance: existingInstance(stack, 'First', first), agentEvents: managed() });
    new ConnectDataStreaming(stack, 'Two', { instance: existingInstance(stack, 'Second', second), contactRecords: managed() });

    expect(dependencies(stack)).toEqual({ AGENT_EVENTS: [], CONTACT_TRACE_RECORDS: [] });
  });
});

describe('duplicate associations', () => {
  test('rejects a second association of a data type in the same stack, with an error that names both constructs', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'One', { instance: existingInstance(stack), agentEvents: managed() });
    const instance = ConnectInstance.fromInstanceId(stack, 'Same', INSTANCE_ID);
    expect(() => new ConnectDataStreaming(stack, 'Two', { instance, agentEvents: managed() })).toThrow(
      'Stack/Two/AgentEvents: cannot stream agent events: Stack/One/AgentEvents already streams them from this Amazon Connect instance, which sends '
      + 'each data type to one stream; remove one of the two, or set the env of stacks that you deploy to different Regions');
  });

  test('rejects a second association of a data type in another stack of the app', () => {
    const app = new App();
    const [one, two] = ['One', 'Two'].map((id) => new Stack(app, id));
    new ConnectDataStreaming(one, 'Streaming', { instance: ConnectInstance.fromInstanceId(one, 'Instance', INSTANCE_ID), agentEvents: managed() });
    const instance = ConnectInstance.fromInstanceId(two, 'Instance', INSTANCE_ID);
    expect(() => new ConnectDataStreaming(two, 'Streaming', { instance, agentEvents: managed() }))
      .toThrow('Two/Streaming/AgentEvents: cannot stream agent events: One/Streaming/AgentEvents already streams them from this Amazon Connect instance');
  });

  test.each<[string, Record<'one' | 'two', (stack: Stack) => ConnectInstance>]>([
    ['two parameters with the same name', {
      one: (stack) => existingInstance(stack, 'Instance', new CfnParameter(stack, 'Arn').valueAsString),
      two: (stack) => existingInstance(stack, 'Instance', new CfnParameter(stack, 'Arn').valueAsString),
    }],
    ['a replica in another Region', {
      one: (stack) => existingInstance(stack),
      two: (stack) => existingInstance(stack, 'Instance', INSTANCE_ARN.replace('us-east-1', 'us-west-2')),
    }],
    ['the same id in another account', {
      one: (stack) => existingInstance(stack),
      two: (stack) => existingInstance(stack, 'Instance', INSTANCE_ARN.replace('1111', '9999')),
    }],
  ])('allows associations of a data type for instances that may be different: %s', (_, { one, two }) => {
    const app = new App();
    const stacks = [new Stack(app, 'One'), new Stack(app, 'Two')];
    new ConnectDataStreaming(stacks[0], 'Streaming', { instance: one(stacks[0]), agentEvents: managed() });
    new ConnectDataStreaming(stacks[1], 'Streaming', { instance: two(stacks[1]), agentEvents: managed() });

    for (const stack of stacks) expect(dependencies(stack)).toEqual({ AGENT_EVENTS: [] });
  });

  test.each<[string, (stack: Stack) => instances.IInstanceRef, (instance: instances.IInstanceRef) => string]>([
    ['by ARN', existingInstance, () => INSTANCE_ARN],
    ['by reference', newInstance, (instance) => instance.instanceRef.instanceArn],
    ['by id in the ARN of the stack', (stack) => ConnectInstance.fromInstanceId(stack, 'Instance', INSTANCE_ID), () => INSTANCE_ARN],
    ['by parameter', (stack) => existingInstance(stack, 'Instance', new CfnParameter(stack, 'Arn').valueAsString), ({ instanceRef }) => instanceRef.instanceArn],
  ])('rejects an association of the same data type that is an L1 construct, with an error that names both: %s', (_, instanceIn, arnOf) => {
    for (const isFirst of [true, false]) {
      const stack = newStack();
      const instance = instanceIn(stack);
      const associate = () => new connect.CfnInstanceStorageConfig(stack, 'Own', { instanceArn: arnOf(instance), resourceType: 'AGENT_EVENTS', storageType: 'KINESIS_STREAM' });
      if (isFirst) associate();
      new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: managed() });
      if (!isFirst) associate();

      expect(() => Template.fromStack(stack)).toThrow('Stack/Streaming/AgentEvents: cannot stream agent events: Stack/Own already streams them from this '
        + 'Amazon Connect instance, which sends each data type to one stream; remove one of the two, or set the env of stacks that you deploy to different Regions');
    }
  });

  test('allows L1 associations of other data types and other instances', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: managed() });
    new connect.CfnInstanceStorageConfig(stack, 'Calls', { instanceArn: INSTANCE_ARN, resourceType: 'CALL_RECORDINGS', storageType: 'S3' });
    new connect.CfnInstanceStorageConfig(stack, 'Other', { instanceArn: OTHER_INSTANCE_ARN, resourceType: 'AGENT_EVENTS', storageType: 'KINESIS_STREAM' });
    const replica = INSTANCE_ARN.replace('us-east-1', 'us-west-2');
    new connect.CfnInstanceStorageConfig(stack, 'Replica', { instanceArn: replica, resourceType: 'AGENT_EVENTS', storageType: 'KINESIS_STREAM' });

    expect(() => Template.fromStack(stack)).not.toThrow();
  });

  test('allows the same association in two apps', () => {
    for (const stack of [newStack({ env: ENV }), newStack({ env: ENV })]) {
      new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: managed() });
      expect(dependencies(stack)).toEqual({ AGENT_EVENTS: [] });
    }
  });
});

test('a data type of an instance in another stack can be streamed by only one of two stacks', () => {
  const app = new App();
  const [instances, one, two] = ['Instances', 'One', 'Two'].map((id) => new Stack(app, id, { env: ENV }));
  const instance = newInstance(instances);
  new ConnectDataStreaming(one, 'Streaming', { instance, agentEvents: managed() });
  expect(() => new ConnectDataStreaming(two, 'Streaming', { instance, agentEvents: managed() }))
    .toThrow('Two/Streaming/AgentEvents: cannot stream agent events: One/Streaming/AgentEvents already streams them');
});

describe('instances whose ARN is an unresolved token', () => {
  test.each<[string, () => string]>([
    ['an imported value', () => Fn.importValue('InstanceArn')],
    ['a part of an imported value', () => Fn.select(1, Fn.split(' ', Fn.importValue('InstanceArns')))],
    ['a dynamic reference', () => new CfnDynamicReference(CfnDynamicReferenceService.SSM, '/instance-arn').toString()],
    ['a parameter that is referenced by name', () => Fn.ref('InstanceArn')],
    ['a mapping', () => Fn.findInMap('Instances', Aws.REGION, 'Arn')],
  ])('can be different instances in two stacks, although both stacks specify the same token: %s', (_, arn) => {
    const app = new App();
    const stacks = ['One', 'Two'].map((id) => new Stack(app, id));
    for (const stack of stacks) {
      new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack, 'Instance', arn()), agentEvents: managed() });
    }
    expect(() => app.synth()).not.toThrow();
    expect(stacks.flatMap(({ dependencies: others }) => others)).toEqual([]);
  });

  test('are the same instance in one stack', () => {
    const stack = newStack();
    const stream = (id: string) => new ConnectDataStreaming(stack, id, {
      instance: existingInstance(stack, `${id}Instance`, Fn.importValue('InstanceArn')), agentEvents: managed(),
    });
    stream('One');
    expect(() => stream('Two')).toThrow('Stack/Two/AgentEvents: cannot stream agent events: Stack/One/AgentEvents already streams them');
  });
});

test('a construct can be replaced after it is removed from the app', () => {
  const stack = newStack();
  const instance = existingInstance(stack);
  new ConnectDataStreaming(stack, 'Streaming', { instance, contactRecords: managed(), agentEvents: managed() });
  stack.node.tryRemoveChild('Streaming');
  new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: managed() });

  expect(dependencies(stack)).toEqual({ AGENT_EVENTS: [] });
});

test('a construct can be replaced with an L1 association after it is removed from the app', () => {
  const stack = newStack();
  new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: managed() });
  stack.node.tryRemoveChild('Streaming');
  new connect.CfnInstanceStorageConfig(stack, 'Own', { instanceArn: INSTANCE_ARN, resourceType: 'AGENT_EVENTS', storageType: 'KINESIS_STREAM' });

  expect(() => Template.fromStack(stack)).not.toThrow();
});

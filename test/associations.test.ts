import { App, type aws_connect as connect, aws_kinesis as kinesis, CfnParameter, Fn, NestedStack, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, type KinesisStreamDestination, StreamingDestination } from '../src';
import { associations, ENV, existingInstance, INSTANCE_ARN, INSTANCE_ID, newInstance, newStack, OTHER_INSTANCE_ARN } from './support';

function managed(): KinesisStreamDestination {
  return StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED });
}

/** The kinds of data of a stack's associations, each with those that it waits for. */
function order(stack: Stack): Record<string, string[]> {
  const all = associations(stack);
  const kind = (id: string) => all[id].Properties.ResourceType as string;
  return Object.fromEntries(Object.entries(all).map(([id, { DependsOn = [] }]) => [kind(id), DependsOn.filter((other) => other in all).map(kind)]));
}

describe('associations of an instance follow one another', () => {
  test('in a construct', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      chatAnalysisSegments: managed(),
      voiceAnalysisSegments: managed(),
      agentEvents: managed(),
      contactRecords: managed(),
    });

    expect(order(stack)).toEqual({
      CONTACT_TRACE_RECORDS: [],
      AGENT_EVENTS: ['CONTACT_TRACE_RECORDS'],
      REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS: ['AGENT_EVENTS'],
      REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS: ['REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS'],
    });
  });

  test.each<[string, (scope: Construct) => [ConnectInstance | connect.CfnInstance, ConnectInstance | connect.CfnInstance]]>([
    ['one object', (scope) => { const instance = existingInstance(scope); return [instance, instance]; }],
    ['by ARN and by id', (scope) => [existingInstance(scope), ConnectInstance.fromInstanceId(scope, 'Same', INSTANCE_ID)]],
    ['by parameter', (scope) => {
      const arn = new CfnParameter(scope, 'Arn').valueAsString;
      return [existingInstance(scope, 'First', arn), existingInstance(scope, 'Second', arn)];
    }],
    ['by id in two parts', (scope) => {
      const parts = ['Head', 'Tail'].map((id) => new CfnParameter(scope, id).valueAsString).join('-');
      return [ConnectInstance.fromInstanceId(scope, 'First', parts), ConnectInstance.fromInstanceId(scope, 'Second', parts)];
    }],
    ['by export', (scope) => [existingInstance(scope, 'First', Fn.importValue('arn')), existingInstance(scope, 'Second', Fn.importValue('arn'))]],
    ['by reference', (scope) => {
      const instance = newInstance(scope);
      return [instance, existingInstance(scope, 'Same', instance.attrArn)];
    }],
  ])('in two constructs of a stack: %s', (_, makeInstances) => {
    const stack = newStack();
    const [one, two] = makeInstances(stack);
    new ConnectDataStreaming(stack, 'One', { instance: one, agentEvents: managed() });
    new ConnectDataStreaming(stack, 'Two', { instance: two, contactRecords: managed() });

    expect(order(stack)).toEqual({ AGENT_EVENTS: [], CONTACT_TRACE_RECORDS: ['AGENT_EVENTS'] });
  });

  test.each<[string, (scope: Construct) => [string, string]]>([
    ['by ARN', () => [INSTANCE_ARN, OTHER_INSTANCE_ARN]],
    ['by export', () => [Fn.importValue('one'), Fn.importValue('other')]],
    ['by parameter', (scope) => [new CfnParameter(scope, 'FirstArn').valueAsString, new CfnParameter(scope, 'SecondArn').valueAsString]],
    ['by id in two parts', (scope) => {
      const [head, one, other] = ['Head', 'One', 'Other'].map((id) => new CfnParameter(scope, `${id}Part`).valueAsString);
      const arn = INSTANCE_ARN.replace(INSTANCE_ID, head);
      return [`${arn}-${one}`, `${arn}-${other}`];
    }],
  ])('other instances do not wait: %s', (_, makeArns) => {
    const stack = newStack();
    const [first, second] = makeArns(stack);
    new ConnectDataStreaming(stack, 'One', { instance: existingInstance(stack, 'First', first), agentEvents: managed() });
    new ConnectDataStreaming(stack, 'Two', { instance: existingInstance(stack, 'Second', second), contactRecords: managed() });

    expect(order(stack)).toEqual({ AGENT_EVENTS: [], CONTACT_TRACE_RECORDS: [] });
  });

  test('other stacks do not wait', () => {
    const parent = newStack();
    const nested = new NestedStack(parent, 'Nested');
    new ConnectDataStreaming(parent, 'One', { instance: existingInstance(parent), agentEvents: managed() });
    new ConnectDataStreaming(nested, 'Two', { instance: existingInstance(nested), contactRecords: managed() });

    expect(order(parent)).toEqual({ AGENT_EVENTS: [] });
    expect(order(nested)).toEqual({ CONTACT_TRACE_RECORDS: [] });
  });
});

describe('the same kind of data twice', () => {
  test('in a stack is an error that names both constructs', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'One', { instance: existingInstance(stack), agentEvents: managed() });
    const instance = ConnectInstance.fromInstanceId(stack, 'Same', INSTANCE_ID);
    expect(() => new ConnectDataStreaming(stack, 'Two', { instance, agentEvents: managed() })).toThrow(
      'Stack/Two/AgentEvents: this Amazon Connect instance streams AGENT_EVENTS already, in Stack/One/AgentEvents; it sends each kind of data to '
      + 'one stream: remove one of the two, or give stacks that deploy to different Regions an env');
  });

  test('in two stacks of an app is an error too', () => {
    const app = new App();
    const [one, two] = ['One', 'Two'].map((id) => new Stack(app, id));
    new ConnectDataStreaming(one, 'Streaming', { instance: ConnectInstance.fromInstanceId(one, 'Instance', INSTANCE_ID), agentEvents: managed() });
    const instance = ConnectInstance.fromInstanceId(two, 'Instance', INSTANCE_ID);
    expect(() => new ConnectDataStreaming(two, 'Streaming', { instance, agentEvents: managed() }))
      .toThrow('Two/Streaming/AgentEvents: this Amazon Connect instance streams AGENT_EVENTS already, in One/Streaming/AgentEvents');
  });

  test.each<[string, Record<'one' | 'two', (stack: Stack) => ConnectInstance>]>([
    ['two parameters of the same name', {
      one: (stack) => existingInstance(stack, 'Instance', new CfnParameter(stack, 'Arn').valueAsString),
      two: (stack) => existingInstance(stack, 'Instance', new CfnParameter(stack, 'Arn').valueAsString),
    }],
    ['a replica in another Region', {
      one: (stack) => existingInstance(stack),
      two: (stack) => existingInstance(stack, 'Instance', INSTANCE_ARN.replace('us-east-1', 'us-west-2')),
    }],
    ['an id in another account', {
      one: (stack) => existingInstance(stack),
      two: (stack) => existingInstance(stack, 'Instance', INSTANCE_ARN.replace('1111', '9999')),
    }],
  ])('may be two instances: %s', (_, { one, two }) => {
    const app = new App();
    const stacks = [new Stack(app, 'One'), new Stack(app, 'Two')];
    new ConnectDataStreaming(stacks[0], 'Streaming', { instance: one(stacks[0]), agentEvents: managed() });
    new ConnectDataStreaming(stacks[1], 'Streaming', { instance: two(stacks[1]), agentEvents: managed() });

    for (const stack of stacks) expect(order(stack)).toEqual({ AGENT_EVENTS: [] });
  });

  test('may be two apps', () => {
    for (const stack of [newStack({ env: ENV }), newStack({ env: ENV })]) {
      new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: managed() });
      expect(order(stack)).toEqual({ AGENT_EVENTS: [] });
    }
  });
});

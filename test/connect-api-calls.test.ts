import { App, Aspects, aws_kinesis as kinesis, type CfnElement, CfnParameter, CfnResource, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { ACCOUNT, addDependency, associations, ENV, existingInstance, newStack, REGION } from './support';
import { ConnectDataStreaming, type ConnectDataStreamingProps, type ConnectInstance, StreamingDestination } from '../src';
import { deploymentSteps } from './template/deployment-steps';
import { dependenciesOf, type Template as TemplateJson } from '../src/template/template';

const MANAGED = StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED });

function instance(scope: Construct, number: number, id = `Instance${number}`): ConnectInstance {
  const instanceId = `aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;
  return existingInstance(scope, id, `arn:aws:connect:${REGION}:${ACCOUNT}:instance/${instanceId}`);
}

/** A stack with instances that stream two data types each. */
function withInstances(count: number, destination: StreamingDestination): Stack {
  const stack = newStack();
  for (let number = 1; number <= count; number++) {
    new ConnectDataStreaming(stack, `Streaming${number}`, { instance: instance(stack, number), agentEvents: destination, contactRecords: destination });
  }
  return stack;
}

function templateOf(stack: Stack): TemplateJson {
  return Template.fromStack(stack).toJSON() as TemplateJson;
}

function dependentsOf(template: TemplateJson, id: string): string[] {
  return Object.keys(template.Resources).filter((other) => dependenciesOf(template, other).includes(id));
}

/**
 * Returns the second at which each resource calls Amazon Connect, if these resources take one second and other resources take none.
 * A deletion proceeds in the opposite order.
 */
function secondsOfCalls(template: TemplateJson, event: 'creation' | 'deletion'): number[] {
  const previous = event === 'creation' ? dependenciesOf : dependentsOf;
  const calls = (id: string): boolean => {
    const { Type } = template.Resources[id];
    return Type === 'AWS::Connect::InstanceStorageConfig' || (event === 'creation' && Type === 'Custom::AWS');
  };
  const starts: Record<string, number> = {};
  const start = (id: string): number => starts[id] ??= Math.max(0, ...previous(template, id).map((other) => start(other) + Number(calls(other))));
  return Object.keys(template.Resources).filter(calls).map(start).sort((one, other) => one - other);
}

/** Returns the resource types of the associations in a stack, each with the associations that it depends on. */
function dependencies(stack: Stack): Record<string, string[]> {
  const all = associations(stack);
  const typeOf = (id: string) => all[id].Properties.ResourceType as string;
  return Object.fromEntries(Object.entries(all).map(([id, { DependsOn = [] }]) => [
    typeOf(id), DependsOn.filter((other) => other in all).map(typeOf),
  ]));
}

describe.each<[string, StreamingDestination, number]>([
  ['lookups and associations of 40 instances', StreamingDestination.newKinesisStream(), 120],
  ['associations of 40 instances', MANAGED, 80],
])('the %s in a stack', (_, destination, count) => {
  let template: TemplateJson | undefined;
  const synthesized = () => template ??= templateOf(withInstances(40, destination)); // not before a test needs it, because it takes seconds

  test.each(['creation', 'deletion'] as const)('stay within the API quota of two calls per second with a burst of five on %s', (event) => {
    const calls = secondsOfCalls(synthesized(), event);
    expect(calls).toHaveLength(event === 'creation' ? count : 80);
    for (const start of new Set(calls)) {
      for (const end of new Set(calls.filter((second) => second >= start))) {
        expect(calls.filter((second) => second >= start && second <= end).length).toBeLessThanOrEqual(5 + 2 * (end - start));
      }
    }
  });

  test('take no longer than the API quota requires, apart from the last calls', () => {
    expect(Math.max(...secondsOfCalls(synthesized(), 'creation'))).toBeLessThanOrEqual((count - 5) / 2 + 2);
  });
});

test('the first five associations of different instances are deployed in parallel', () => {
  const stack = newStack();
  for (let number = 1; number <= 5; number++) {
    new ConnectDataStreaming(stack, `Streaming${number}`, { instance: instance(stack, number), agentEvents: MANAGED });
  }
  expect(Object.values(associations(stack)).map(({ DependsOn }) => DependsOn)).toEqual(Array(5).fill(undefined));
});

test('associations of different instances in two stacks are deployed in parallel', () => {
  const app = new App();
  const stacks = ['One', 'Two'].map((id) => new Stack(app, id, { env: ENV }));
  for (let number = 1; number <= 8; number++) {
    new ConnectDataStreaming(stacks[number % 2], `Streaming${number}`, { instance: instance(stacks[number % 2], number), agentEvents: MANAGED });
  }
  app.synth();

  expect(stacks.flatMap((stack) => Object.values(associations(stack)).map(({ DependsOn }) => DependsOn))).toEqual(Array(8).fill(undefined));
  expect(stacks.flatMap((stack) => stack.dependencies)).toEqual([]);
});

describe('the order of associations respects', () => {
  const inOrder: Record<string, string[]> = { CONTACT_TRACE_RECORDS: ['AGENT_EVENTS'], AGENT_EVENTS: [] };
  const opposite: Record<string, string[]> = { CONTACT_TRACE_RECORDS: [], AGENT_EVENTS: ['CONTACT_TRACE_RECORDS'] };

  type Streamings = { stack: Stack; first: ConnectDataStreaming; second: ConnectDataStreaming };
  test.each<[string, (streamings: Streamings) => void, Record<string, string[]>]>([
    ['the order of construction', () => undefined, inOrder],
    ['a dependency between two constructs', ({ first, second }) => first.node.addDependency(second), opposite],
    ['a dependency between two associations', ({ first, second }) => first.agentEventsAssociation!.node.addDependency(second.contactRecordsAssociation!), opposite],
    ['a dependency on a resource that depends on the other construct', ({ stack, first, second }) => {
      const between = new CfnResource(stack, 'Between', { type: 'Test::Between' });
      between.node.addDependency(second);
      first.node.addDependency(between);
    }, opposite],
    ['a dependency on a resource that references the other association', ({ stack, first, second }) => {
      first.node.addDependency(new CfnResource(stack, 'Between', {
        type: 'Test::Between', properties: { List: [{ Association: second.contactRecordsAssociation!.ref }] },
      }));
    }, opposite],
    ['a dependency that an aspect adds', ({ stack, first, second }) => {
      Aspects.of(stack).add({ visit: (node) => { if (node === first) first.node.addDependency(second); } });
    }, opposite],
  ])('%s', (_, change, expected) => {
    const stack = newStack();
    const streamings = {
      stack,
      first: new ConnectDataStreaming(stack, 'First', { instance: instance(stack, 1), agentEvents: MANAGED }),
      second: new ConnectDataStreaming(stack, 'Second', { instance: instance(stack, 1, 'Same'), contactRecords: MANAGED }),
    };
    change(streamings);

    expect(() => deploymentSteps(templateOf(stack))).not.toThrow();
    const ordered = dependencies(stack);
    if (expected === opposite) expect(ordered.CONTACT_TRACE_RECORDS).toEqual([]);
    else expect(ordered).toEqual(expected);
  });

  test('dependencies in the opposite order between the constructs of 20 instances', () => {
    const stack = newStack();
    const streamings = Array.from({ length: 20 }, (_, index) => new ConnectDataStreaming(stack, `Streaming${index}`, {
      instance: instance(stack, index), agentEvents: StreamingDestination.newKinesisStream(),
    }));
    streamings.slice(1).forEach((streaming, index) => streamings[index].node.addDependency(streaming));

    expect(() => deploymentSteps(templateOf(stack))).not.toThrow();
  });
});

describe('associations of an instance in different stacks', () => {
  function streamingsIn(one: Construct, two: Construct): ConnectDataStreaming[] {
    return [
      new ConnectDataStreaming(one, 'One', { instance: instance(one, 1), agentEvents: MANAGED }),
      new ConnectDataStreaming(two, 'Two', { instance: instance(two, 1), contactRecords: MANAGED }),
    ];
  }

  test('are deployed in the order of a dependency that an aspect of a later stack adds', () => {
    const app = new App();
    const streamingIn = (id: string, destinations: Partial<ConnectDataStreamingProps>): ConnectDataStreaming => {
      const stack = new Stack(app, id, { env: ENV });
      return new ConnectDataStreaming(stack, 'Streaming', { instance: instance(stack, 1), ...destinations });
    };
    const one = streamingIn('One', { agentEvents: MANAGED });
    const two = streamingIn('Two', { contactRecords: MANAGED });
    Aspects.of(two).add({ visit: (node) => { if (node === two) one.node.addDependency(two); } });

    app.synth();
    expect(Stack.of(one).dependencies).toEqual([Stack.of(two)]);
    expect(Stack.of(two).dependencies).toEqual([]);
  });

  function nestedStackResource(nested: NestedStack): string {
    return nested.nestedStackParent!.getLogicalId(nested.nestedStackResource as CfnElement as CfnResource);
  }

  test('are deployed sequentially in two nested stacks', () => {
    const parent = newStack();
    const [one, two] = [new NestedStack(parent, 'NestedOne'), new NestedStack(parent, 'NestedTwo')];
    streamingsIn(one, two);

    const template = templateOf(parent);
    expect(dependenciesOf(template, nestedStackResource(two))).toContain(nestedStackResource(one));
  });

  test('are deployed sequentially in two nested stacks whose resources have the opposite order', () => {
    const parent = newStack();
    const [one, two] = [new NestedStack(parent, 'NestedOne'), new NestedStack(parent, 'NestedTwo')];
    const [, { contactRecordsStream }] = streamingsIn(one, two);
    new CfnResource(one, 'Consumer', { type: 'Test::Consumer', properties: { Stream: contactRecordsStream!.streamArn } });

    const template = templateOf(parent);
    expect(() => deploymentSteps(template)).not.toThrow();
    expect(dependenciesOf(template, nestedStackResource(one))).toContain(nestedStackResource(two));
  });

  test.each<[string, (parent: Stack, nested: NestedStack) => [Construct, Construct]]>([
    ['the parent stack first', (parent, nested) => [parent, nested]],
    ['the nested stack first', (parent, nested) => [nested, parent]],
  ])('are deployed sequentially in a stack and its nested stack, %s', (order, scopes) => {
    const parent = newStack();
    const nested = new NestedStack(parent, 'Nested');
    streamingsIn(...scopes(parent, nested));

    const template = templateOf(parent);
    const [association] = Object.keys(associations(parent));
    const [later, earlier] = order.startsWith('the parent') ? [nestedStackResource(nested), association] : [association, nestedStackResource(nested)];
    expect(dependenciesOf(template, later)).toContain(earlier);
    expect(() => deploymentSteps(template)).not.toThrow();
  });

  test('are deployed sequentially in a stack if their streams are in another stack', () => {
    const app = new App();
    const [streams, stack] = [new Stack(app, 'Streams', { env: ENV }), new Stack(app, 'Stack', { env: ENV })];
    const [agentEvents, contactRecords] = ['AgentEvents', 'ContactRecords'].map((id) => StreamingDestination.kinesisStream(
      new kinesis.Stream(streams, id, { encryption: kinesis.StreamEncryption.MANAGED })));
    new ConnectDataStreaming(stack, 'One', { instance: instance(stack, 1), agentEvents });
    new ConnectDataStreaming(stack, 'Two', { instance: instance(stack, 1, 'Same'), contactRecords });

    expect(dependencies(stack)).toEqual({ AGENT_EVENTS: [], CONTACT_TRACE_RECORDS: ['AGENT_EVENTS'] });
  });

  test('are deployed sequentially in two stacks', () => {
    const app = new App();
    const [one, two] = [new Stack(app, 'One', { env: ENV }), new Stack(app, 'Two', { env: ENV })];
    streamingsIn(one, two);
    app.synth();
    expect(two.dependencies).toEqual([one]);
    expect(one.dependencies).toEqual([]);
  });

  test('keep the order of stacks that depend on each other', () => {
    const app = new App();
    const [one, two] = [new Stack(app, 'One', { env: ENV }), new Stack(app, 'Two', { env: ENV })];
    addDependency(one, two);
    streamingsIn(one, two);
    app.synth();
    expect(one.dependencies).toEqual([two]);
    expect(two.dependencies).toEqual([]);
  });

  test('keep the order of stacks that reference each other', () => {
    const app = new App();
    const [one, two] = [new Stack(app, 'One', { env: ENV }), new Stack(app, 'Two', { env: ENV })];
    const [, { contactRecordsStream }] = streamingsIn(one, two);
    new CfnResource(one, 'Consumer', { type: 'Test::Consumer', properties: { Stream: contactRecordsStream!.streamArn } });
    app.synth();
    expect(one.dependencies).toEqual([two]);
    expect(two.dependencies).toEqual([]);
  });

  test('keep the order of stacks if one references a parameter of the other', () => {
    const app = new App();
    const [one, two] = [new Stack(app, 'One', { env: ENV }), new Stack(app, 'Two', { env: ENV })];
    streamingsIn(one, two);
    const parameter = new CfnParameter(two, 'Parameter');
    new CfnResource(one, 'Consumer', { type: 'Test::Consumer', properties: { Value: parameter.valueAsString } });
    app.synth();
    expect(one.dependencies).toEqual([two]);
    expect(two.dependencies).toEqual([]);
  });

  test.each<[string, (app: App) => [Stack, Stack]]>([
    ['different stages', (app) => [new Stack(new Stage(app, 'Beta'), 'Stack'), new Stack(new Stage(app, 'Prod'), 'Stack')]],
    ['different Regions', (app) => [new Stack(app, 'One', { env: ENV }), new Stack(app, 'Two', { env: { ...ENV, region: 'eu-west-1' } })]],
  ])('are independent in stacks of %s', (_, makeStacks) => {
    const app = new App();
    const stacks = makeStacks(app);
    for (const [index, stack] of stacks.entries()) {
      const arn = new CfnParameter(stack, 'Arn').valueAsString;
      const [agentEvents, contactRecords] = index === 0 ? [MANAGED] : [undefined, MANAGED];
      new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack, 'Instance', arn), agentEvents, contactRecords });
    }
    app.synth();
    for (const stack of stacks) expect(stack.dependencies).toEqual([]);
  });
});

test('a construct that is removed from the app has no place in the order', () => {
  const stack = newStack();
  for (let number = 1; number <= 7; number++) new ConnectDataStreaming(stack, `Streaming${number}`, { instance: instance(stack, number), agentEvents: MANAGED });
  stack.node.tryRemoveChild('Streaming1');

  const all = associations(stack);
  expect(Object.keys(all)).toHaveLength(6);
  expect(Object.values(all).flatMap(({ DependsOn = [] }) => DependsOn)).toHaveLength(1);
});

import { CfnResource, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ACCOUNT, existingInstance, newStack, REGION, resources, type Statement } from './support';
import { dependenciesOf, deploymentSteps, type Template as TemplateJson } from '../scripts/template';
import { ConnectDataStreaming, type ConnectInstance, StreamingDestination } from '../src';

function stream(stack: Stack, instance: ConnectInstance): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, `${instance.node.id}Streaming`, { instance, agentEvents: StreamingDestination.newKinesisStream() });
}

function withInstances(count: number): Stack {
  const stack = newStack();
  for (let number = 1; number <= count; number++) {
    const id = `aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;
    stream(stack, existingInstance(stack, `Instance${number}`, `arn:aws:connect:${REGION}:${ACCOUNT}:instance/${id}`));
  }
  return stack;
}

function templateOf(stack: Stack): TemplateJson {
  return Template.fromStack(stack).toJSON() as TemplateJson;
}

/** When each look-up calls Amazon Connect, if a custom resource takes one second and everything else none. */
function secondsOfCalls(template: TemplateJson): number[] {
  const starts: Record<string, number> = {};
  const start = (id: string): number => starts[id] ??= Math.max(0, ...dependenciesOf(template, id).map((other) => start(other) + duration(other)));
  const duration = (id: string): number => template.Resources[id].Type === 'Custom::AWS' ? 1 : 0;
  return Object.keys(template.Resources).filter((id) => duration(id) > 0).map(start).sort((one, other) => one - other);
}

function allows(template: TemplateJson, id: string, action: string): boolean {
  const document = template.Resources[id].Properties?.PolicyDocument as { Statement: Statement[] } | undefined;
  return document?.Statement.some(({ Action }) => Action === action) ?? false;
}

function needs(template: TemplateJson, id: string): string[] {
  return dependenciesOf(template, id).flatMap((other) => [other, ...needs(template, other)]);
}

describe('the look-ups of forty instances in a stack', () => {
  const stack = withInstances(40);
  const template = templateOf(stack);
  const calls = secondsOfCalls(template);

  test('stay inside what Amazon Connect takes: two calls a second, in bursts of five', () => {
    expect(calls).toHaveLength(40);
    for (const start of calls) {
      for (const end of calls.filter((second) => second >= start)) {
        expect(calls.filter((second) => second >= start && second <= end).length).toBeLessThanOrEqual(5 + 2 * (end - start));
      }
    }
  });

  test('do not wait for more than that needs', () => {
    expect(Math.max(...calls)).toBe((40 - 5 + 1) / 2);
  });

  test('may each describe directories before they describe their instance', () => {
    for (const id of Object.keys(resources(stack, 'Custom::AWS'))) {
      expect(needs(template, id).some((other) => allows(template, other, 'ds:DescribeDirectories'))).toBe(true);
    }
  });

  test('have permissions that fit into the inline policies of one role', () => {
    const policies = Object.values(resources(stack, 'AWS::IAM::Policy')).map(({ Properties }) => JSON.stringify(Properties.PolicyDocument));
    expect(policies).toHaveLength(40);
    expect(policies.join('').replace(/\s/g, '').length).toBeLessThan(10_240); // IAM's quota
  });
});

test('a look-up that waits for a resource does not queue: the resource may wait for another look-up', () => {
  const stack = newStack();
  const resource = new CfnResource(stack, 'Resource', { type: 'Custom::Instance' });
  const known = (number: number) =>
    stream(stack, existingInstance(stack, `Instance${number}`, `arn:aws:connect:${REGION}:${ACCOUNT}:instance/aaaaaaaa-${number}`));
  const before = [1, 2, 3, 4, 5].map(known);
  stream(stack, existingInstance(stack, 'UnknownInstance', resource.getAtt('InstanceArn').toString()));
  resource.node.addDependency(...before, known(6), known(7));

  const template = templateOf(stack);
  expect(() => deploymentSteps(template)).not.toThrow();
  const [lookup] = Object.keys(resources(stack, 'Custom::AWS')).filter((id) => needs(template, id).includes('Resource'));
  expect(dependenciesOf(template, lookup).some((id) => allows(template, id, 'ds:DescribeDirectories'))).toBe(true);
});

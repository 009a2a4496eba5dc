import { CfnResource, type Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { ACCOUNT, existingInstance, newStack, REGION, resources, type Statement } from './support';
import { ConnectDataStreaming, type ConnectInstance, StreamingDestination } from '../src';
import { dependenciesOf, deploymentSteps, type Template as TemplateJson } from './template/template';

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

/** Returns the second at which each lookup calls Amazon Connect, if a custom resource takes one second and other resources take none. */
function secondsOfCalls(template: TemplateJson): number[] {
  const starts: Record<string, number> = {};
  const start = (id: string): number => starts[id] ??= Math.max(0, ...dependenciesOf(template, id).map((other) => start(other) + duration(other)));
  const duration = (id: string): number => template.Resources[id].Type === 'Custom::AWS' ? 1 : 0;
  return Object.keys(template.Resources).filter((id) => duration(id) > 0).map(start).sort((one, other) => one - other);
}

function hasPolicyFor(template: TemplateJson, id: string, action: string): boolean {
  const document = template.Resources[id].Properties?.PolicyDocument as { Statement: Statement[] } | undefined;
  return document?.Statement.some(({ Action }) => Action === action) ?? false;
}

function allDependenciesOf(template: TemplateJson, id: string): string[] {
  return dependenciesOf(template, id).flatMap((other) => [other, ...allDependenciesOf(template, other)]);
}

describe('lookups of 40 instances in a stack', () => {
  const stack = withInstances(40);
  const template = templateOf(stack);
  const calls = secondsOfCalls(template);

  test('stay within the API quota of two calls per second with a burst of five', () => {
    expect(calls).toHaveLength(40);
    for (const start of calls) {
      for (const end of calls.filter((second) => second >= start)) {
        expect(calls.filter((second) => second >= start && second <= end).length).toBeLessThanOrEqual(5 + 2 * (end - start));
      }
    }
  });

  test('take no longer than the API quota requires', () => {
    expect(Math.max(...calls)).toBe((40 - 5 + 1) / 2);
  });

  test('have permission to describe directories before they describe their instances', () => {
    for (const id of Object.keys(resources(stack, 'Custom::AWS'))) {
      expect(allDependenciesOf(template, id).some((other) => hasPolicyFor(template, other, 'ds:DescribeDirectories'))).toBe(true);
    }
  });

  test('have permissions that do not exceed the IAM quota for inline policies', () => {
    const policies = Object.values(resources(stack, 'AWS::IAM::Policy')).map(({ Properties }) => JSON.stringify(Properties.PolicyDocument));
    expect(policies).toHaveLength(40);
    expect(policies.join('').replace(/\s/g, '').length).toBeLessThan(10_240); // the IAM quota
  });
});

test('a lookup that depends on a resource is not part of the sequence, because the resource may depend on another lookup', () => {
  const stack = newStack();
  const resource = new CfnResource(stack, 'Resource', { type: 'Custom::Instance' });
  const known = (number: number) =>
    stream(stack, existingInstance(stack, `Instance${number}`, `arn:aws:connect:${REGION}:${ACCOUNT}:instance/aaaaaaaa-${number}`));
  const firstFive = [1, 2, 3, 4, 5].map(known);
  stream(stack, existingInstance(stack, 'UnknownInstance', resource.getAtt('InstanceArn').toString()));
  resource.node.addDependency(...firstFive, known(6), known(7));

  const template = templateOf(stack);
  expect(() => deploymentSteps(template)).not.toThrow();
  const [lookup] = Object.keys(resources(stack, 'Custom::AWS')).filter((id) => allDependenciesOf(template, id).includes('Resource'));
  expect(dependenciesOf(template, lookup).some((id) => hasPolicyFor(template, id, 'ds:DescribeDirectories'))).toBe(true);
});

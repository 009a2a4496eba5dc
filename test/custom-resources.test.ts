import { App, aws_kinesis as kinesis, aws_kms as kms, CfnParameter, CfnResource, Lazy, NestedStack, Stack, type StackProps, Token } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { AwsCustomResource, AwsCustomResourcePolicy, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { ACCOUNT, associations, ENV, existingInstance, instanceWithRole, errorId, newStack, REGION, resources, ROLE_ARN, sdkCalls, type Statement, theOnly, types } from './support';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from '../src';
import { deploymentSteps } from './template/deployment-steps';
import { type Template as TemplateJson } from '../src/template/template';

/** The IAM quotas, in characters without white space. */
const MAX_INLINE_CHARACTERS = 10_240; // of all inline policies of a role
const MAX_MANAGED_CHARACTERS = 6_144; // of a managed policy
const MAX_MANAGED_POLICIES = 10; // of a role, by default

function id(number: number): string {
  return `aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;
}

function arn(service: string, resource: string, number: number): string {
  return `arn:aws:${service}:${REGION}:${ACCOUNT}:${resource}/${id(number)}`;
}

function imported(stack: Stack, number: number): ConnectInstance {
  return existingInstance(stack, `Instance${number}`, arn('connect', 'instance', number));
}

/** Streams to a stream with an imported key, which requires a grant. */
function withGrant(stack: Stack, number: number, instance = imported(stack, number)): void {
  const encryptionKey = kms.Key.fromKeyArn(stack, `Key${number}`, arn('kms', 'key', number));
  const existing = kinesis.Stream.fromStreamAttributes(stack, `Stream${number}`, { streamArn: arn('kinesis', 'stream', number), encryptionKey });
  new ConnectDataStreaming(stack, `Streaming${number}`, { instance, agentEvents: StreamingDestination.kinesisStream(existing) });
}

function withKnownRole(stack: Stack, number: number): void {
  withGrant(stack, number, instanceWithRole(stack, `Instance${number}`, arn('connect', 'instance', number), `${ROLE_ARN}${id(number)}`));
}

function stackWith(count: number, add: (stack: Stack, number: number) => void, props?: StackProps): Stack {
  const stack = newStack(props);
  for (let number = 1; number <= count; number++) add(stack, number);
  return stack;
}

/** The number of characters of a policy, with values of a usual length in place of the functions of CloudFormation. */
function charactersOf(policy: { Properties: Record<string, unknown> }): number {
  const literal = JSON.stringify(policy.Properties.PolicyDocument, (_, value: unknown) => {
    if (typeof value !== 'object' || value === null) return value;
    if ('Fn::GetAtt' in value) return `${ROLE_ARN}abcdefghijklmnopqrst`;
    if ('Fn::Join' in value) return arn('connect', 'instance', 1);
    return 'Ref' in value ? arn('connect', 'instance', 1) : value;
  });
  return literal.length;
}

function expectQuotas(stack: Stack): void {
  const inline = Object.values(resources(stack, 'AWS::IAM::Policy')).map(charactersOf);
  const managed = Object.values(resources(stack, 'AWS::IAM::ManagedPolicy')).map(charactersOf);
  expect(inline.reduce((sum, characters) => sum + characters, 0)).toBeLessThanOrEqual(MAX_INLINE_CHARACTERS);
  expect(managed.length).toBeLessThan(MAX_MANAGED_POLICIES);
  expect(Math.max(0, ...managed)).toBeLessThanOrEqual(MAX_MANAGED_CHARACTERS);
  const [role] = theOnly(resources(stack, 'AWS::IAM::Role'));
  for (const type of ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy']) {
    for (const { Properties } of Object.values(resources(stack, type))) expect(Properties.Roles).toEqual([{ Ref: role }]);
  }
  expect(errorsOf(stack)).toEqual([]);
  expect(() => deploymentSteps(Template.fromStack(stack).toJSON() as TemplateJson)).not.toThrow();
}

function errorsOf(stack: Stack): string[] {
  return Annotations.fromStack(stack).findError('*', Match.anyValue()).map(({ entry }) => String(entry.data));
}

function policies(stack: Stack): string[] {
  return types(stack).filter((type) => type.startsWith('AWS::IAM::') && type.endsWith('Policy'));
}

describe('a stack', () => {
  test.each<[string, StackProps | undefined]>([['', { env: ENV }], [' without env', {}]])(
    '%s can contain the lookups of 90 instances with two data types each and a shared key, within the quotas of CloudFormation and IAM', (_, props) => {
      const stack = stackWith(90, (scope, number) => new ConnectDataStreaming(scope, `Streaming${number}`, {
        instance: ConnectInstance.fromInstanceId(scope, `Instance${number}`, id(number)),
        contactRecords: StreamingDestination.newKinesisStream(),
        agentEvents: StreamingDestination.newKinesisStream(),
        encryptionKey: scope.node.tryFindChild('Key') as kms.Key | undefined ?? new kms.Key(scope, 'Key'),
      }), props);

      expectQuotas(stack);
      expect(Object.keys(associations(stack))).toHaveLength(180);
      expect(types(stack).length).toBeLessThanOrEqual(500);
      expect(policies(stack)).toEqual(['AWS::IAM::Policy']);
    });

  test.each<[string, (stack: Stack, number: number) => void, number]>([
    ['an imported key', withGrant, 2],
    ['an imported key, and a role that is known', withKnownRole, 1],
    ['a key that is a parameter', (stack, number) => new ConnectDataStreaming(stack, `Streaming${number}`, {
      instance: imported(stack, number),
      agentEvents: StreamingDestination.newKinesisStream(),
      encryptionKey: kms.Key.fromKeyArn(stack, `Key${number}`, new CfnParameter(stack, `KeyArn${number}`).valueAsString),
    }), 2],
    ['a key of the app', (stack, number) => new ConnectDataStreaming(stack, `Streaming${number}`, {
      instance: imported(stack, number), agentEvents: StreamingDestination.newKinesisStream(), keyAccess: KeyAccess.GRANT,
    }), 18], // one for each key, up to the quota of inline policies
  ])('can contain the lookups and grants of 40 instances within the quotas of IAM, if each instance has %s', (_, add, inlinePolicies) => {
    const stack = stackWith(40, add);
    expectQuotas(stack);
    expect(policies(stack).filter((type) => type === 'AWS::IAM::Policy')).toHaveLength(inlinePolicies);
    expect(sdkCalls(stack).filter(({ action }) => action === 'CreateGrant')).toHaveLength(40);
  });

  test('has an error if the policies of the role exceed the quota of managed policies', () => {
    const error = (count: number) => errorsOf(stackWith(count, withKnownRole));
    expect(error(140)).toEqual([]);
    const errors = error(190);
    expect(errors[0].endsWith(errorId('policyQuota'))).toBe(true);
    expect(errors).toEqual([expect.stringMatching(new RegExp('^Stack: cannot add the grant on the key arn:aws:kms:us-east-1:111122223333:key/\\S+: the custom '
      + 'resources of a stack share a role, and IAM allows a role to have at most 10 managed policies by default; move some of the instances to another stack'))]);
  });
});

describe('policies of the role that custom resources of a stack share', () => {
  const unresolvedArn = (stack: Stack, number: number, other?: ConnectDataStreaming) => {
    const resource = new CfnResource(stack, `Resource${number}`, { type: 'Custom::Instance' });
    if (other) resource.node.addDependency(other);
    return Token.asString(resource.getAtt('InstanceArn'));
  };
  const stream = (stack: Stack, number: number, instanceArn: string, keyAccess?: KeyAccess) => new ConnectDataStreaming(stack, `Streaming${number}`, {
    instance: existingInstance(stack, `Instance${number}`, instanceArn), agentEvents: StreamingDestination.newKinesisStream(), keyAccess,
  });

  test.each([KeyAccess.AUTOMATIC, KeyAccess.GRANT])('create no circular dependency if an instance depends on the streaming of another instance: %s', (keyAccess) => {
    const stack = newStack();
    const first = stream(stack, 1, arn('connect', 'instance', 1), keyAccess);
    const second = stream(stack, 2, unresolvedArn(stack, 2, first), keyAccess);
    const third = stream(stack, 3, unresolvedArn(stack, 3, second), keyAccess);
    third.node.addDependency(first);

    expectQuotas(stack);
  });

  test.each<[string, (value: string) => string]>([
    ['', (value) => value],
    [' and is a lazy value', (value) => Lazy.string({ produce: () => value })],
  ])('create no circular dependency if an instance with an imported key depends on the streaming of another instance%s', (_, arnOf) => {
    const stack = newStack();
    const withImportedKey = (number: number, instanceArn: string) => new ConnectDataStreaming(stack, `Streaming${number}`, {
      instance: existingInstance(stack, `Instance${number}`, instanceArn),
      agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: kms.Key.fromKeyArn(stack, `Key${number}`, arn('kms', 'key', number)) }),
    });
    const first = withImportedKey(1, arn('connect', 'instance', 1));
    withImportedKey(2, arnOf(unresolvedArn(stack, 2, first)));

    expectQuotas(stack);
  });

  test('are the same policy for grants on keys in another stack', () => {
    const app = new App();
    const [keys, stack] = ['Keys', 'Stack'].map((name) => new Stack(app, name, { env: ENV }));
    for (const number of [1, 2]) {
      new ConnectDataStreaming(stack, `Streaming${number}`, {
        instance: instanceWithRole(stack, `Instance${number}`, arn('connect', 'instance', number)),
        agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: new kms.Key(keys, `Key${number}`) }),
        keyAccess: KeyAccess.GRANT,
      });
    }
    expect(policies(stack)).toEqual(['AWS::IAM::Policy']);
  });

  test('create no circular dependency if a parameter of a nested stack specifies an instance', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const nested = new NestedStack(stack, 'Nested');
    const instanceArn = new CfnParameter(nested, 'InstanceArn').valueAsString;
    new CfnResource(nested, 'Other', { type: 'Test::Other', properties: { Key: key.keyArn } });
    new ConnectDataStreaming(stack, 'Streaming1', {
      instance: imported(stack, 1), agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: key }),
    });
    stream(stack, 2, instanceArn);

    expectQuotas(stack);
  });

  test('extend no statement that was synthesized', () => {
    const stack = stackWith(1, withGrant);
    const [policy] = stack.node.findAll().filter((child) => CfnResource.isCfnResource(child) && child.cfnResourceType === 'AWS::IAM::Policy');
    stack.resolve((policy as CfnResource & { policyDocument: unknown }).policyDocument);
    withGrant(stack, 2);

    const documents = Object.values(resources(stack, 'AWS::IAM::Policy')).map(({ Properties }) => Properties.PolicyDocument as { Statement: Statement[] });
    const lookups = documents.flatMap(({ Statement }) => Statement).filter(({ Action }) => Action === 'connect:DescribeInstance');
    expect(lookups.flatMap(({ Resource }) => Resource)).toEqual([1, 2].map((number) => arn('connect', 'instance', number)));
  });
});

test.each(['before', 'after'])('the role is the same if the app adds a custom resource of its own %s the construct', (order) => {
  const stack = new Stack(new App(), 'Stack', { env: ENV });
  const addOwn = () => new AwsCustomResource(stack, 'Own', {
    onUpdate: { service: 's3', action: 'ListBuckets', physicalResourceId: PhysicalResourceId.of('own') },
    policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: ['*'] }),
    installLatestAwsSdk: false,
  });
  if (order === 'before') addOwn();
  withGrant(stack, 1);
  if (order === 'after') addOwn();

  const [reference] = stackWith(1, withGrant).node.findAll().filter((child) => CfnResource.isCfnResource(child) && child.cfnResourceType === 'AWS::IAM::Role');
  expect(Object.keys(resources(stack, 'AWS::IAM::Role'))).toEqual([stack.resolve((reference as CfnResource).logicalId)]);
  expect(JSON.stringify(sdkCalls(stack))).not.toContain('FirstUse');
});

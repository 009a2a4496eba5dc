import { App, aws_kms as kms, CfnParameter, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from '../src';
import { ACCOUNT, connectStatements, ENV, INSTANCE_ARN, KEY_ARN, OTHER_INSTANCE_ARN, REGION, ROLE_ARN, types } from './support';

/** The name under which the CDK CLI keeps an answer in `cdk.context.json`. */
const keyOf = (arn: string, { account, region } = ENV) =>
  `cc-api-provider:account=${account}:exactIdentifier=${arn.replaceAll(':', '$:')}:propertiesToReturn.0=Arn:propertiesToReturn.1=ServiceRole`
  + `:region=${region}:typeName=AWS$:$:Connect$:$:Instance`;

const answerFor = (arn: string) => [{ Arn: arn, ServiceRole: ROLE_ARN, Identifier: arn }];
const answered = (...arns: string[]) => new App({ context: Object.fromEntries(arns.map((arn) => [keyOf(arn), answerFor(arn)])) });

function streamFrom(scope: Construct, instanceArn = INSTANCE_ARN, keyAccess?: KeyAccess): void {
  new ConnectDataStreaming(scope, 'Streaming', {
    instance: ConnectInstance.fromLookup(scope, 'Instance', { instanceArn }), agentEvents: StreamingDestination.newKinesisStream(), keyAccess,
  });
}

describe('the first synthesis', () => {
  test('asks for the instance, once', () => {
    const app = new App();
    for (const name of ['One', 'Two']) ConnectInstance.fromLookup(new Stack(app, name, { env: ENV }), 'Instance', { instanceArn: INSTANCE_ARN });

    expect(app.synth().manifest.missing).toEqual([{
      key: keyOf(INSTANCE_ARN),
      provider: 'cc-api-provider',
      props: expect.objectContaining({
        account: ACCOUNT,
        region: REGION,
        typeName: 'AWS::Connect::Instance',
        exactIdentifier: INSTANCE_ARN,
        propertiesToReturn: ['Arn', 'ServiceRole'],
      }) as unknown,
    }]);
  });

  test('has a placeholder for the role, in a stack that can\'t be deployed', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    streamFrom(stack);

    expect(connectStatements(stack)).toMatchObject([{ Principal: { AWS: expect.stringMatching(`^arn:aws:iam::${ACCOUNT}:role/.+_DUMMY$`) as unknown } }]);
    Annotations.fromStack(stack).hasError('/Stack', `Stack/Instance: ${INSTANCE_ARN} is not looked up yet, its role is a placeholder; synthesise `
      + 'with the CDK CLI and credentials that may look it up, and keep cdk.context.json');
  });

  test('keeps the partition', () => {
    const env = { account: ACCOUNT, region: 'us-gov-west-1' };
    const stack = new Stack(new App(), 'Stack', { env });
    const instance = ConnectInstance.fromLookup(stack, 'Instance', { instanceArn: `arn:aws-us-gov:connect:us-gov-west-1:${ACCOUNT}:instance/abc` });
    expect(instance.serviceRoleArn).toMatch(/^arn:aws-us-gov:iam:/);
  });

  test.each<[string, (app: App) => Construct]>([
    ['a stage', (app) => new Stack(new Stage(app, 'Stage', { env: ENV }), 'Stack')],
    ['a nested stack', (app) => new NestedStack(new Stack(app, 'Stack', { env: ENV }), 'Nested')],
  ])('asks for the instance in %s', (_, scope) => {
    const app = new App();
    streamFrom(scope(app));
    expect(app.synth().manifest.missing).toMatchObject([{ key: keyOf(INSTANCE_ARN) }]);
  });

  test('after a failed look-up says what failed', () => {
    const app = new App({ context: { [keyOf(INSTANCE_ARN)]: { $providerError: 'No resource of type AWS::Connect::Instance' } } });
    const stack = new Stack(app, 'Stack', { env: ENV });
    streamFrom(stack);
    Annotations.fromStack(stack).hasError('/Stack', 'No resource of type AWS::Connect::Instance');
    Annotations.fromStack(stack).hasError('/Stack', Match.stringLikeRegexp('is not looked up yet'));
  });
});

describe('with the answer in the context', () => {
  test('the role is a literal, and there is no Lambda function', () => {
    const app = answered(INSTANCE_ARN);
    const stack = new Stack(app, 'Stack', { env: ENV });
    streamFrom(stack);

    expect(connectStatements(stack)).toMatchObject([{ Principal: { AWS: ROLE_ARN } }]);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::KMS::Key', 'AWS::Kinesis::Stream']);
    Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
    expect(app.synth().manifest.missing).toBeUndefined();
  });

  test('the instance is where its ARN says', () => {
    const instance = ConnectInstance.fromLookup(new Stack(answered(INSTANCE_ARN), 'Stack', { env: ENV }), 'Instance', { instanceArn: INSTANCE_ARN });
    expect(instance.instanceRef).toEqual({ instanceArn: INSTANCE_ARN });
    expect(instance.env).toEqual(ENV);
    expect(instance.serviceRoleArn).toBe(ROLE_ARN);
  });

  test('the policy of a key in another stack names the role', () => {
    const app = answered(INSTANCE_ARN);
    const keys = new Stack(app, 'Keys', { env: ENV });
    const key = new kms.Key(keys, 'Key');
    const stack = new Stack(app, 'Stack', { env: ENV });
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: ConnectInstance.fromLookup(stack, 'Instance', { instanceArn: INSTANCE_ARN }),
      agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: key }),
      keyAccess: KeyAccess.KEY_POLICY,
    });
    expect(connectStatements(keys)).toMatchObject([{ Principal: { AWS: ROLE_ARN } }]);
  });

  test('an instance and its replica are looked up in their Regions', () => {
    const west = { account: ACCOUNT, region: 'us-west-2' };
    const replicaArn = INSTANCE_ARN.replace(REGION, west.region);
    const replicaRole = ROLE_ARN.replace('_abc', '_replica');
    const replica = [{ Arn: replicaArn, ServiceRole: replicaRole, Identifier: replicaArn }];
    const app = new App({ context: { [keyOf(INSTANCE_ARN)]: answerFor(INSTANCE_ARN), [keyOf(replicaArn, west)]: replica } });
    const stacks = [new Stack(app, 'East', { env: ENV }), new Stack(app, 'West', { env: west })];
    stacks.forEach((stack, index) => streamFrom(stack, [INSTANCE_ARN, replicaArn][index]));

    expect(stacks.map((stack) => connectStatements(stack)[0].Principal.AWS)).toEqual([ROLE_ARN, replicaRole]);
  });

  test('the role of an instance from before October 2018 has an ordinary path', () => {
    const ServiceRole = `arn:aws:iam::${ACCOUNT}:role/my-connect-role`;
    const app = new App({ context: { [keyOf(INSTANCE_ARN)]: [{ Arn: INSTANCE_ARN, ServiceRole, Identifier: INSTANCE_ARN }] } });
    const instance = ConnectInstance.fromLookup(new Stack(app, 'Stack', { env: ENV }), 'Instance', { instanceArn: INSTANCE_ARN });
    expect(instance.serviceRoleArn).toBe(ServiceRole);
  });

  test('a grant on another app\'s key needs a Lambda function, but no look-up', () => {
    const stack = new Stack(answered(INSTANCE_ARN), 'Stack', { env: ENV });
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: ConnectInstance.fromLookup(stack, 'Instance', { instanceArn: INSTANCE_ARN }),
      agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN) }),
    });
    Template.fromStack(stack).resourceCountIs('Custom::AWS', 1);
  });
});

describe('bad input is an error that says what to do', () => {
  const lookUp = (env: { account?: string; region?: string }, instanceArn: string, app = new App()) => () =>
    ConnectInstance.fromLookup(new Stack(app, 'Stack', { env }), 'Instance', { instanceArn });

  test.each([[{}], [{ region: REGION }], [{ account: ACCOUNT }]])('a stack with env %j', (env) => {
    expect(lookUp(env, INSTANCE_ARN)).toThrow(`Stack/Instance: ${INSTANCE_ARN} can't be looked up, since the stack has no account and Region; `
      + 'give the stack an env, or use ConnectInstance.fromInstanceArn(), which looks the role up at deployment');
  });

  test.each([
    [{ account: ACCOUNT, region: 'us-west-2' }, 'is in Region us-east-1, but the stack is in us-west-2'],
    [{ account: '999988887777', region: REGION }, `is in account ${ACCOUNT}, but the stack is in 999988887777`],
  ])('an instance elsewhere: %j', (env, message) => {
    expect(lookUp(env, INSTANCE_ARN)).toThrow(`Stack/Instance: ${INSTANCE_ARN} ${message}`);
  });

  test.each(['', 'aaaaaaaa-bbbb-cccc-dddd-111111111111', KEY_ARN])('ARN "%s"', (arn) => {
    expect(lookUp(ENV, arn)).toThrow(`Stack/Instance: "${arn}" is not the ARN of an Amazon Connect instance`);
  });

  test('a token', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const { valueAsString } = new CfnParameter(stack, 'Arn');
    for (const instanceArn of [valueAsString, `arn:aws:connect:${REGION}:${ACCOUNT}:instance/${valueAsString}`]) {
      expect(() => ConnectInstance.fromLookup(stack, 'Instance', { instanceArn })).toThrow(
        'Stack/Instance: the ARN of an instance to look up must be known at synthesis, but this one is a token; pass it as text, or use '
        + 'ConnectInstance.fromInstanceArn(), which looks the role up at deployment');
    }
  });

  test.each([
    [null],
    [[]],
    [[null]],
    ['text'],
    [{ Arn: INSTANCE_ARN, ServiceRole: ROLE_ARN }],
    [[{ Arn: INSTANCE_ARN }]],
    [[{ Arn: INSTANCE_ARN, ServiceRole: null }]],
    [[{ Arn: INSTANCE_ARN, ServiceRole: 'a role' }]],
    [[{ Arn: OTHER_INSTANCE_ARN, ServiceRole: ROLE_ARN }]],
    [[{ ServiceRole: ROLE_ARN }]],
  ])('context %j', (value) => {
    expect(lookUp(ENV, INSTANCE_ARN, new App({ context: { [keyOf(INSTANCE_ARN)]: value } }))).toThrow(
      `Stack/Instance: the context holds ${JSON.stringify(value)} for ${INSTANCE_ARN}, not its Arn and ServiceRole; forget that with `
      + `\`cdk context --reset '${keyOf(INSTANCE_ARN)}'\` and synthesise again`);
  });
});

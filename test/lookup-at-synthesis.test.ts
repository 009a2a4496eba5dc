import { App, aws_kms as kms, CfnParameter, NestedStack, Stack, Stage } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from '../src';
import { ACCOUNT, connectStatements, ENV, errorId, INSTANCE_ARN, INSTANCE_ID, KEY_ARN, OTHER_INSTANCE_ARN, REGION, ROLE_ARN, types } from './support';

/** Returns the key of a lookup in `cdk.context.json`. */
const keyOf = (arn: string, { account, region } = ENV) =>
  `cc-api-provider:account=${account}:exactIdentifier=${arn.replaceAll(':', '$:')}:propertiesToReturn.0=Arn:propertiesToReturn.1=ServiceRole`
  + `:region=${region}:typeName=AWS$:$:Connect$:$:Instance`;

const resultFor = (arn: string) => [{ Arn: arn, ServiceRole: ROLE_ARN, Identifier: arn }];
const appWithResult = () => new App({ context: { [keyOf(INSTANCE_ARN)]: resultFor(INSTANCE_ARN) } });

const PLACEHOLDER_ERROR = `Stack/Instance: the service-linked role of ${INSTANCE_ARN} must be looked up before deployment, got a placeholder; synthesize `
  + 'with the CDK CLI and credentials that allow the lookup, and commit cdk.context.json' + errorId('lookupPlaceholder');

function streamFrom(scope: Construct, instanceArn = INSTANCE_ARN, keyAccess?: KeyAccess): void {
  new ConnectDataStreaming(scope, 'Streaming', {
    instance: ConnectInstance.fromLookup(scope, 'Instance', { instanceArn }), agentEvents: StreamingDestination.newKinesisStream(), keyAccess,
  });
}

describe('first synthesis', () => {
  test('requests the lookup of an instance once', () => {
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

  test('uses a placeholder for the role, with an error that prevents deployment', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    streamFrom(stack);

    expect(connectStatements(stack)).toMatchObject([{ Principal: { AWS: expect.stringMatching(`^arn:aws:iam::${ACCOUNT}:role/.+_DUMMY$`) as unknown } }]);
    Annotations.fromStack(stack).hasError('/Stack', PLACEHOLDER_ERROR);
  });

  test('uses the partition of the instance in the placeholder', () => {
    const env = { account: ACCOUNT, region: 'us-gov-west-1' };
    const stack = new Stack(new App(), 'Stack', { env });
    const instance = ConnectInstance.fromLookup(stack, 'Instance', { instanceArn: `arn:aws-us-gov:connect:us-gov-west-1:${ACCOUNT}:instance/${INSTANCE_ID}` });
    expect(instance.serviceRoleArn).toMatch(/^arn:aws-us-gov:iam:/);
  });

  test.each<[string, (app: App) => Construct]>([
    ['a stage', (app) => new Stack(new Stage(app, 'Stage', { env: ENV }), 'Stack')],
    ['a nested stack', (app) => new NestedStack(new Stack(app, 'Stack', { env: ENV }), 'Nested')],
  ])('requests the lookup of an instance in %s', (_, scope) => {
    const app = new App();
    streamFrom(scope(app));
    expect(app.synth().manifest.missing).toMatchObject([{ key: keyOf(INSTANCE_ARN) }]);
  });

  test('reports the cause of a failed lookup', () => {
    const app = new App({ context: { [keyOf(INSTANCE_ARN)]: { $providerError: 'No resource of type AWS::Connect::Instance' } } });
    const stack = new Stack(app, 'Stack', { env: ENV });
    streamFrom(stack);
    Annotations.fromStack(stack).hasError('/Stack', 'No resource of type AWS::Connect::Instance');
    Annotations.fromStack(stack).hasError('/Stack', PLACEHOLDER_ERROR);
  });
});

describe('synthesis with the result of the lookup', () => {
  test('uses the literal role ARN, without a Lambda function', () => {
    const app = appWithResult();
    const stack = new Stack(app, 'Stack', { env: ENV });
    streamFrom(stack);

    expect(connectStatements(stack)).toMatchObject([{ Principal: { AWS: ROLE_ARN } }]);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::KMS::Key', 'AWS::Kinesis::Stream']);
    Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
    expect(app.synth().manifest.missing).toBeUndefined();
  });

  test('imports the instance in the account and Region of its ARN', () => {
    const instance = ConnectInstance.fromLookup(new Stack(appWithResult(), 'Stack', { env: ENV }), 'Instance', { instanceArn: INSTANCE_ARN });
    expect(instance.instanceRef).toEqual({ instanceArn: INSTANCE_ARN });
    expect(instance.env).toEqual(ENV);
    expect(instance.serviceRoleArn).toBe(ROLE_ARN);
  });

  test('adds the role to the policy of a key in another stack', () => {
    const app = appWithResult();
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

  test('uses the roles of an instance and its replica in their own Regions', () => {
    const west = { account: ACCOUNT, region: 'us-west-2' };
    const replicaArn = INSTANCE_ARN.replace(REGION, west.region);
    const replicaRole = ROLE_ARN.replace('_abc', '_replica');
    const replica = [{ Arn: replicaArn, ServiceRole: replicaRole, Identifier: replicaArn }];
    const app = new App({ context: { [keyOf(INSTANCE_ARN)]: resultFor(INSTANCE_ARN), [keyOf(replicaArn, west)]: replica } });
    const stacks = [new Stack(app, 'East', { env: ENV }), new Stack(app, 'West', { env: west })];
    stacks.forEach((stack, index) => streamFrom(stack, [INSTANCE_ARN, replicaArn][index]));

    expect(stacks.map((stack) => connectStatements(stack)[0].Principal.AWS)).toEqual([ROLE_ARN, replicaRole]);
  });

  test('accepts the IAM role of an instance that was created before October 2018', () => {
    const ServiceRole = `arn:aws:iam::${ACCOUNT}:role/my-connect-role`;
    const app = new App({ context: { [keyOf(INSTANCE_ARN)]: [{ Arn: INSTANCE_ARN, ServiceRole, Identifier: INSTANCE_ARN }] } });
    const instance = ConnectInstance.fromLookup(new Stack(app, 'Stack', { env: ENV }), 'Instance', { instanceArn: INSTANCE_ARN });
    expect(instance.serviceRoleArn).toBe(ServiceRole);
  });

  test('creates a grant on an imported key without a lookup at deployment', () => {
    const stack = new Stack(appWithResult(), 'Stack', { env: ENV });
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: ConnectInstance.fromLookup(stack, 'Instance', { instanceArn: INSTANCE_ARN }),
      agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: kms.Key.fromKeyArn(stack, 'Key', KEY_ARN) }),
    });
    Template.fromStack(stack).resourceCountIs('Custom::AWS', 1);
  });
});

describe('fromLookup() validation', () => {
  const lookUp = (env: { account?: string; region?: string }, instanceArn: string, app = new App()) => () =>
    ConnectInstance.fromLookup(new Stack(app, 'Stack', { env }), 'Instance', { instanceArn });

  test.each([[{}], [{ region: REGION }], [{ account: ACCOUNT }]])('rejects a stack with env %j', (env) => {
    expect(lookUp(env, INSTANCE_ARN)).toThrow(`Stack/Instance: cannot look up ${INSTANCE_ARN} at synthesis time, because the account and Region of the `
      + 'stack are not known; set the env of the stack, or use ConnectInstance.fromInstanceArn(), which looks the role up at deployment');
  });

  test.each([
    ['Region', { account: ACCOUNT, region: 'us-west-2' }, 'us-west-2', REGION],
    ['account', { account: '999988887777', region: REGION }, '999988887777', ACCOUNT],
  ])('rejects an instance in another %s than the stack', (part, env, expected, actual) => {
    expect(lookUp(env, INSTANCE_ARN)).toThrow(
      `Stack/Instance: instanceArn must be in the ${part} of the stack, ${expected}, got ${INSTANCE_ARN} in ${actual}; Amazon Connect requires the instance, `
      + `its streams and this construct to be in one account and Region: specify an Amazon Connect instance in ${part} ${expected}, or use a stack in ${part} ${actual}`);
  });

  test.each(['', 'aaaaaaaa-bbbb-cccc-dddd-111111111111', KEY_ARN])('rejects "%s" as an instance ARN', (arn) => {
    expect(lookUp(ENV, arn)).toThrow(`Stack/Instance: instanceArn must be the ARN of an Amazon Connect instance, got "${arn}"; specify an ARN such as ${INSTANCE_ARN}`);
  });

  test('rejects an ARN that contains an unresolved token', () => {
    const stack = new Stack(new App(), 'Stack', { env: ENV });
    const { valueAsString } = new CfnParameter(stack, 'Arn');
    for (const instanceArn of [valueAsString, `arn:aws:connect:${REGION}:${ACCOUNT}:instance/${valueAsString}`]) {
      expect(() => ConnectInstance.fromLookup(stack, 'Instance', { instanceArn })).toThrow(
        'Stack/Instance: instanceArn must be known at synthesis time to look the instance up, got an unresolved token; specify a literal ARN, or use '
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
  ])('rejects %j as the result of the lookup', (value) => {
    expect(lookUp(ENV, INSTANCE_ARN, new App({ context: { [keyOf(INSTANCE_ARN)]: value } }))).toThrow(
      `Stack/Instance: the context must contain the Arn and ServiceRole of ${INSTANCE_ARN}, got ${JSON.stringify(value)}; remove the value with `
      + `\`cdk context --reset '${keyOf(INSTANCE_ARN)}'\` and synthesize again`);
  });
});

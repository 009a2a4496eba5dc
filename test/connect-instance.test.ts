import { App, CfnParameter, Fn, Stack, Validations } from 'aws-cdk-lib';
import { Annotations, Match } from 'aws-cdk-lib/assertions';
import { ConnectDataStreaming, ConnectInstance, StreamingDestination } from '../src';
import { ACCOUNT, acknowledgment, INSTANCE_ARN, INSTANCE_ID, newStack, REGION, ROLE_ARN } from './support';

test('fromInstanceArn() imports an instance in the account and Region of the ARN', () => {
  const instance = ConnectInstance.fromInstanceArn(newStack({}), 'Instance', INSTANCE_ARN);

  expect(instance.instanceRef).toEqual({ instanceArn: INSTANCE_ARN });
  expect(instance.env).toEqual({ account: ACCOUNT, region: REGION });
  expect(instance.serviceRoleArn).toBeUndefined();
});

test.each([
  ['us-east-1', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:connect:us-east-1:${ACCOUNT}:instance/${INSTANCE_ID}`]] }],
  ['us-gov-west-1', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:connect:us-gov-west-1:${ACCOUNT}:instance/${INSTANCE_ID}`]] }],
])('fromInstanceId() imports an instance in the account and Region of the stack: %s', (region, arn) => {
  const stack = newStack({ env: { account: ACCOUNT, region } });
  const instance = ConnectInstance.fromInstanceId(stack, 'Instance', INSTANCE_ID);

  expect(stack.resolve(instance.instanceRef.instanceArn)).toEqual(arn);
});

test('fromInstanceId() imports an instance into a stack without env', () => {
  const stack = new Stack(new App(), 'Stack');
  const instance = ConnectInstance.fromInstanceId(stack, 'Instance', INSTANCE_ID);

  expect(stack.resolve(instance.instanceRef.instanceArn)).toEqual({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':connect:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, `:instance/${INSTANCE_ID}`]],
  });
});

test('fromInstanceAttributes() imports an instance with its role', () => {
  const instance = ConnectInstance.fromInstanceAttributes(newStack(), 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn: ROLE_ARN });

  expect(instance.instanceRef).toEqual({ instanceArn: INSTANCE_ARN });
  expect(instance.serviceRoleArn).toBe(ROLE_ARN);
});

test('fromInstanceAttributes() accepts the IAM role of an instance that was created before October 2018', () => {
  const serviceRoleArn = `arn:aws:iam::${ACCOUNT}:role/my-connect-role`;
  const instance = ConnectInstance.fromInstanceAttributes(newStack(), 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn });

  expect(instance.serviceRoleArn).toBe(serviceRoleArn);
});

describe('a value that the context does not contain', () => {
  const stack = newStack();
  const value = stack.node.tryGetContext('instance') as string;
  const hint = 'node.tryGetContext() returns undefined if neither cdk.json nor the command line specifies the value';

  test.each<[string, () => ConnectInstance]>([
    ['instanceArn', () => ConnectInstance.fromInstanceArn(stack, 'Instance', value)],
    ['instanceId', () => ConnectInstance.fromInstanceId(stack, 'Instance', value)],
    ['instanceArn', () => ConnectInstance.fromInstanceAttributes(stack, 'Instance', { instanceArn: value })],
    ['instanceArn', () => ConnectInstance.fromLookup(stack, 'Instance', { instanceArn: value })],
  ])('is rejected as %s, with a hint', (name, create) => {
    expect(create).toThrow(new RegExp(`^Stack/Instance: ${name} must be .*, got undefined; .*; ${hint.replace(/[()]/g, '\\$&')}$`));
  });
});

test.each<[string, (scope: Stack) => ConnectInstance]>([
  ['fromInstanceArn', (scope) => ConnectInstance.fromInstanceArn(scope, 'Instance', INSTANCE_ARN)],
  ['fromInstanceId', (scope) => ConnectInstance.fromInstanceId(scope, 'Instance', INSTANCE_ID)],
  ['fromInstanceAttributes', (scope) => ConnectInstance.fromInstanceAttributes(scope, 'Instance', { instanceArn: INSTANCE_ARN })],
  ['fromLookup', (scope) => ConnectInstance.fromLookup(scope, 'Instance', { instanceArn: INSTANCE_ARN })],
])('%s() rejects a scope that is not a construct', (name, create) => {
  expect(() => create({} as Stack)).toThrow(`ConnectInstance.${name}: scope must be a construct in a stack, got {}; `);
});

test.each<[string, () => ConnectInstance, string]>([
  ['attributes', () => ConnectInstance.fromInstanceAttributes(newStack(), 'Instance', INSTANCE_ARN as never), 'attrs'],
  ['options of a lookup', () => ConnectInstance.fromLookup(newStack(), 'Instance', INSTANCE_ARN as never), 'options'],
])('%s must be an object', (_, create, name) => {
  expect(create).toThrow(`Stack/Instance: ${name} must be an object with the documented properties, got "${INSTANCE_ARN}"; specify an object with instanceArn`);
});

describe('a role that is not the service-linked role of Amazon Connect', () => {
  const withRole = (serviceRoleArn: string) => {
    const stack = newStack();
    return { stack, instance: () => ConnectInstance.fromInstanceAttributes(stack, 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn }) };
  };

  test('is rejected if it is linked to another service', () => {
    const arn = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/lex.amazonaws.com/AWSServiceRoleForLexBots`;
    expect(withRole(arn).instance).toThrow(`Stack/Instance: serviceRoleArn must be the service-linked role of Amazon Connect, got "${arn}" of lex.amazonaws.com; `
      + 'specify the ServiceRole that `aws connect describe-instance` returns for this instance');
  });

  test('is rejected if it is in another partition than the instance', () => {
    const arn = ROLE_ARN.replace('arn:aws:', 'arn:aws-us-gov:');
    expect(withRole(arn).instance).toThrow(`Stack/Instance: serviceRoleArn must be in the partition of the instance, aws, got "${arn}"; `);
  });

  test('adds a warning, which can be acknowledged, if it is linked to no service', () => {
    const { stack, instance } = withRole(`arn:aws:iam::${ACCOUNT}:role/my-connect-role`);
    const imported = instance();
    Annotations.fromStack(stack).hasWarning('/Stack/Instance', `serviceRoleArn is not a service-linked role, got arn:aws:iam::${ACCOUNT}:role/my-connect-role. `
      + 'If Amazon Connect does not use this role, records are lost; specify the ServiceRole that `aws connect describe-instance` returns for this instance, '
      + `or acknowledge this warning if the instance was created before October 2018${acknowledgment('notServiceLinkedRole')}`);

    Validations.of(imported).acknowledge({ id: 'cdk-connect-data-streaming:notServiceLinkedRole', reason: 'the instance was created in 2017' });
    Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
  });

  test('adds no warning if it is linked to Amazon Connect, or is an unresolved token', () => {
    for (const arn of [ROLE_ARN, new CfnParameter(newStack(), 'Role').valueAsString]) {
      const { stack, instance } = withRole(arn);
      instance();
      Annotations.fromStack(stack).hasNoWarning('*', Match.anyValue());
    }
  });

  test('is rejected as the role of an instance of another library', () => {
    const stack = newStack();
    const instance = Object.assign(ConnectInstance.fromInstanceArn(stack, 'Instance', INSTANCE_ARN), { serviceRoleArn: 'not-an-arn' });
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance, agentEvents: StreamingDestination.newKinesisStream() }))
      .toThrow('Stack/Streaming: the serviceRoleArn of instance must be the ARN of an IAM role, got "not-an-arn"; ');
  });
});

test('unresolved tokens are not validated', () => {
  const stack = newStack();
  const arn = new CfnParameter(stack, 'Arn').valueAsString;
  const id = new CfnParameter(stack, 'Id').valueAsString;
  const role = new CfnParameter(stack, 'Role').valueAsString;

  expect(stack.resolve(ConnectInstance.fromInstanceArn(stack, 'ByArn', arn).instanceRef.instanceArn)).toEqual({ Ref: 'Arn' });
  expect(stack.resolve(ConnectInstance.fromInstanceArn(stack, 'Imported', Fn.importValue('arn')).instanceRef.instanceArn))
    .toEqual({ 'Fn::ImportValue': 'arn' });
  expect(stack.resolve(ConnectInstance.fromInstanceId(stack, 'ById', id).instanceRef.instanceArn))
    .toEqual({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:connect:${REGION}:${ACCOUNT}:instance/`, { Ref: 'Id' }]] });
  const attributes = ConnectInstance.fromInstanceAttributes(stack, 'ByAttributes', { instanceArn: arn, serviceRoleArn: role });
  expect(stack.resolve(attributes.serviceRoleArn)).toEqual({ Ref: 'Role' });
});

describe('input validation', () => {
  const stack = newStack();

  test.each([
    INSTANCE_ID,
    '',
    'arn:aws:connect',
    `arn:aws:connect:${REGION}:${ACCOUNT}:instance/my-contact-center`,
    `arn:aws:connect:${REGION}:1111:instance/${INSTANCE_ID}`,
    `arn:aws:connect:Virginia:${ACCOUNT}:instance/${INSTANCE_ID}`,
    `arn:amazon:connect:${REGION}:${ACCOUNT}:instance/${INSTANCE_ID}`,
    `arn:aws:connect:${REGION}:${ACCOUNT}:instance/`,
    `arn:aws:connect:${REGION}:${ACCOUNT}:instance/${INSTANCE_ID}/queue/1`,
    `arn:aws:connect::${ACCOUNT}:instance/${INSTANCE_ID}`,
    `arn:aws:connect:${REGION}::instance/${INSTANCE_ID}`,
    `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/name`,
    `arn:aws:connect:${REGION}:${ACCOUNT}:contact/${INSTANCE_ID}`,
    ` ${INSTANCE_ARN}`,
    `${INSTANCE_ARN} `,
  ])('rejects "%s" as an instance ARN', (arn) => {
    expect(() => ConnectInstance.fromInstanceArn(stack, 'Instance', arn)).toThrow(
      `Stack/Instance: instanceArn must be the ARN of an Amazon Connect instance, got "${arn}"; specify an ARN such as ${INSTANCE_ARN}`);
  });

  test('rejects a malformed ARN that contains an unresolved token', () => {
    const half = `arn:${stack.partition}:kinesis:${REGION}:${ACCOUNT}:stream/name`;
    expect(() => ConnectInstance.fromInstanceArn(stack, 'Instance', half)).toThrow('Stack/Instance: instanceArn must be the ARN of an Amazon Connect instance, got '
      + '"{"Fn::Join":["",["arn:",{"Ref":"AWS::Partition"},":kinesis:us-east-1:111122223333:stream/name"]]}"; specify an ARN such as arn:aws:connect:');
  });

  test.each([INSTANCE_ARN, '', 'a b', 'my-contact-center'])('rejects "%s" as an instance id', (id) => {
    expect(() => ConnectInstance.fromInstanceId(stack, 'Instance', id)).toThrow(
      `Stack/Instance: instanceId must be the id of an Amazon Connect instance, got "${id}"; specify the last part of the ARN, such as ${INSTANCE_ID}, `
      + 'or use ConnectInstance.fromInstanceArn(); `aws connect list-instances` and the console show it, and the alias of an instance is not its id');
  });

  test.each([
    'AWSServiceRoleForAmazonConnect_abc',
    '',
    `arn:aws:iam::${ACCOUNT}:user/name`,
    `arn:aws:sts::${ACCOUNT}:assumed-role/name/session`,
    INSTANCE_ARN,
    ` ${ROLE_ARN}`,
    `${ROLE_ARN} `,
  ])('rejects "%s" as a role ARN', (serviceRoleArn) => {
    expect(() => ConnectInstance.fromInstanceAttributes(stack, 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn })).toThrow(
      `Stack/Instance: serviceRoleArn must be the ARN of an IAM role, got "${serviceRoleArn}"; specify an ARN such as `
      + 'arn:aws:iam::111122223333:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_suffix');
  });

  test('rejects a role in another account than the instance', () => {
    const serviceRoleArn = ROLE_ARN.replace(ACCOUNT, '999988887777');
    expect(() => ConnectInstance.fromInstanceAttributes(stack, 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn })).toThrow(
      `Stack/Instance: serviceRoleArn must be in the account of the instance, ${ACCOUNT}, got "${serviceRoleArn}"; specify the ServiceRole that `
      + '`aws connect describe-instance` returns for this instance');
  });

  test('accepts a role or an instance in an account that is an unresolved token', () => {
    const { account } = new Stack(new App(), 'Agnostic');
    for (const [instanceArn, serviceRoleArn] of [
      [INSTANCE_ARN.replace(ACCOUNT, account), ROLE_ARN],
      [INSTANCE_ARN, ROLE_ARN.replace(ACCOUNT, account)],
      [new CfnParameter(stack, 'InstanceArn').valueAsString, ROLE_ARN],
    ]) {
      const scope = newStack();
      expect(ConnectInstance.fromInstanceAttributes(scope, 'Instance', { instanceArn, serviceRoleArn }).serviceRoleArn).toBe(serviceRoleArn);
    }
  });
});

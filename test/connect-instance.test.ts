import { App, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { ConnectInstance } from '../src';
import { ACCOUNT, INSTANCE_ARN, INSTANCE_ID, newStack, REGION, ROLE_ARN } from './support';

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

  test.each([INSTANCE_ARN, '', 'a b'])('rejects "%s" as an instance id', (id) => {
    expect(() => ConnectInstance.fromInstanceId(stack, 'Instance', id)).toThrow(
      `Stack/Instance: instanceId must be the id of an Amazon Connect instance, got "${id}"; specify the last part of the ARN, such as ${INSTANCE_ID}, `
      + 'or use ConnectInstance.fromInstanceArn()');
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

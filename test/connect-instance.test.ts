import { App, CfnParameter, Fn, Stack } from 'aws-cdk-lib';
import { ConnectInstance } from '../src';
import { ACCOUNT, INSTANCE_ARN, INSTANCE_ID, newStack, REGION, ROLE_ARN } from './support';

test('an instance by its ARN lives where the ARN says', () => {
  const instance = ConnectInstance.fromInstanceArn(newStack({}), 'Instance', INSTANCE_ARN);

  expect(instance.instanceRef).toEqual({ instanceArn: INSTANCE_ARN });
  expect(instance.env).toEqual({ account: ACCOUNT, region: REGION });
  expect(instance.serviceRoleArn).toBeUndefined();
});

test.each([
  ['us-east-1', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:connect:us-east-1:${ACCOUNT}:instance/${INSTANCE_ID}`]] }],
  ['us-gov-west-1', { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:connect:us-gov-west-1:${ACCOUNT}:instance/${INSTANCE_ID}`]] }],
])('an instance by its id lives in the account and Region of the stack: %s', (region, arn) => {
  const stack = newStack({ env: { account: ACCOUNT, region } });
  const instance = ConnectInstance.fromInstanceId(stack, 'Instance', INSTANCE_ID);

  expect(stack.resolve(instance.instanceRef.instanceArn)).toEqual(arn);
});

test('an instance by its id in a stack without an environment', () => {
  const stack = new Stack(new App(), 'Stack');
  const instance = ConnectInstance.fromInstanceId(stack, 'Instance', INSTANCE_ID);

  expect(stack.resolve(instance.instanceRef.instanceArn)).toEqual({
    'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':connect:', { Ref: 'AWS::Region' }, ':', { Ref: 'AWS::AccountId' }, `:instance/${INSTANCE_ID}`]],
  });
});

test('an instance with its role', () => {
  const instance = ConnectInstance.fromInstanceAttributes(newStack(), 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn: ROLE_ARN });

  expect(instance.instanceRef).toEqual({ instanceArn: INSTANCE_ARN });
  expect(instance.serviceRoleArn).toBe(ROLE_ARN);
});

test('the role of an instance from before October 2018 has an ordinary path', () => {
  const serviceRoleArn = `arn:aws:iam::${ACCOUNT}:role/my-connect-role`;
  const instance = ConnectInstance.fromInstanceAttributes(newStack(), 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn });

  expect(instance.serviceRoleArn).toBe(serviceRoleArn);
});

test('tokens are taken as they are', () => {
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

describe('bad input is an error that says what to pass', () => {
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
  ])('ARN "%s"', (arn) => {
    expect(() => ConnectInstance.fromInstanceArn(stack, 'Instance', arn)).toThrow(
      `Stack/Instance: "${arn}" is not the ARN of an Amazon Connect instance; it looks like arn:aws:connect:us-east-1:111122223333:instance/aaaa`);
  });

  test('an ARN with a token in the middle is checked in the rest', () => {
    const half = `arn:${stack.partition}:kinesis:${REGION}:${ACCOUNT}:stream/name`;
    expect(() => ConnectInstance.fromInstanceArn(stack, 'Instance', half)).toThrow('is not the ARN of an Amazon Connect instance');
  });

  test.each([INSTANCE_ARN, '', 'a b'])('id "%s"', (id) => {
    expect(() => ConnectInstance.fromInstanceId(stack, 'Instance', id)).toThrow(
      `Stack/Instance: "${id}" is not the id of an Amazon Connect instance; pass the last part of its ARN`);
  });

  test.each([
    'AWSServiceRoleForAmazonConnect_abc',
    '',
    `arn:aws:iam::${ACCOUNT}:user/name`,
    `arn:aws:sts::${ACCOUNT}:assumed-role/name/session`,
    INSTANCE_ARN,
    ` ${ROLE_ARN}`,
    `${ROLE_ARN} `,
  ])('role ARN "%s"', (serviceRoleArn) => {
    expect(() => ConnectInstance.fromInstanceAttributes(stack, 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn })).toThrow(
      `Stack/Instance: "${serviceRoleArn}" is not the ARN of an IAM role; it looks like arn:aws:iam::111122223333:role/aws-service-role/`);
  });

  test('a role of another account', () => {
    const serviceRoleArn = ROLE_ARN.replace(ACCOUNT, '999988887777');
    expect(() => ConnectInstance.fromInstanceAttributes(stack, 'Instance', { instanceArn: INSTANCE_ARN, serviceRoleArn })).toThrow(
      `Stack/Instance: the role "${serviceRoleArn}" is in account 999988887777, but the instance is in ${ACCOUNT}; pass the ServiceRole that `
      + '`aws connect describe-instance` shows for this instance');
  });

  test('a role of an account that is not known yet is not checked', () => {
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

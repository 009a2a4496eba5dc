import { aws_kinesis as kinesis, aws_kms as kms, CfnParameter, type Stack } from 'aws-cdk-lib';
import { ConnectDataStreaming, StreamingDestination } from '../src';
import { associations, existingInstance, KEY_ARN, newStack, STREAM_ARN, theOnly, types } from './support';

function existingStream(stack: Stack, encryptionKey: kms.IKey) {
  return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, 'Existing', { streamArn: STREAM_ARN, encryptionKey }));
}

describe('AWS managed key', () => {
  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['by alias name', (stack) => kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis')],
    ['by alias ARN', (stack) => kms.Key.fromKeyArn(stack, 'Managed', 'arn:aws:kms:us-east-1:111122223333:alias/aws/kinesis')],
  ])('needs no setup for an existing stream: %s', (_, makeKey) => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: existingStream(stack, makeKey(stack)) });

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
    expect(theOnly(associations(stack))[1].DependsOn).toBeUndefined();
  });

  test('needs no setup for a new stream', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      agentEvents: StreamingDestination.newKinesisStream(),
      encryptionKey: kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis'),
    });

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream']);
  });
});

describe('encryption key of a Kinesis data stream', () => {
  test.each<[string, string, (stack: Stack) => unknown]>([
    ['a text', `the encryption key must be a KMS key, got "${KEY_ARN}"; `, () => KEY_ARN],
    ['an L1 key', 'the encryption key must be a KMS key, got Stack/Own; ', (stack) => new kms.CfnKey(stack, 'Own')],
    ['the AWS managed key of another service', 'the AWS managed key of a Kinesis data stream must be alias/aws/kinesis, got {"Fn::Join":',
      (stack) => kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/s3')],
    ['an asymmetric key', 'the KMS key must be an enabled symmetric encryption key, got Stack/Own of RSA_2048 for ENCRYPT_DECRYPT; ',
      (stack) => new kms.Key(stack, 'Own', { keySpec: kms.KeySpec.RSA_2048 })],
    ['a key for signatures', 'the KMS key must be an enabled symmetric encryption key, got Stack/Own of ECC_NIST_P256 for SIGN_VERIFY; ',
      (stack) => new kms.Key(stack, 'Own', { keySpec: kms.KeySpec.ECC_NIST_P256, keyUsage: kms.KeyUsage.SIGN_VERIFY })],
    ['a disabled key', 'the KMS key must be an enabled symmetric encryption key, got Stack/Own of SYMMETRIC_DEFAULT for ENCRYPT_DECRYPT, which is disabled; ',
      (stack) => new kms.Key(stack, 'Own', { enabled: false })],
  ])('cannot be %s', (_, message, makeKey) => {
    const stack = newStack();
    const destination = existingStream(stack, makeKey(stack) as kms.IKey);
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: destination }))
      .toThrow(`Stack/Streaming/AgentEvents: ${message}`);
  });

  const aliasArn = (alias: string, ...tokens: unknown[]) =>
    JSON.stringify({ 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, `:kms:us-east-1:111122223333:${alias}`, ...tokens]] });

  test.each<[string, string, (stack: Stack) => kms.IKey]>([
    ['by ARN', 'arn:aws:kms:us-east-1:111122223333:alias/imported',
      (stack) => kms.Key.fromKeyArn(stack, 'Imported', 'arn:aws:kms:us-east-1:111122223333:alias/imported')],
    ['by name', aliasArn('alias/imported'), (stack) => kms.Alias.fromAliasName(stack, 'Imported', 'alias/imported')],
    ['by parameter', aliasArn('', { Ref: 'AliasName' }),
      (stack) => kms.Alias.fromAliasName(stack, 'Imported', new CfnParameter(stack, 'AliasName').valueAsString)],
  ])('cannot be an alias that is imported %s', (_, shown, makeKey) => {
    const stack = newStack();
    const destination = existingStream(stack, makeKey(stack));
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: destination })).toThrow(
      `Stack/Streaming/AgentEvents: the KMS key must be a key or an alias with a known target key, got the imported alias ${shown}; specify the key itself, `
      + 'such as Key.fromKeyArn(scope, id, keyArn)');
  });

  test('cannot be in another Region', () => {
    const stack = newStack();
    const destination = existingStream(stack, kms.Key.fromKeyArn(stack, 'Imported', KEY_ARN.replace('us-east-1', 'eu-west-1')));
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: destination }))
      .toThrow('Stack/Streaming/AgentEvents: the KMS key must be in the Region of the stack, us-east-1, got '
        + 'arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555 in eu-west-1; specify a key, or a multi-Region replica key, in us-east-1');
  });
});

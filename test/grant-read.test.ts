import { App, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, Stack, Validations } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ConnectDataStreaming, KeyAccess, StreamingDestination } from '../src';
import { acknowledgment, ENV, instanceWithRole, KEY_ARN, newStack, resources, STREAM_ARN } from './support';

const LAMBDA = new iam.ServicePrincipal('lambda.amazonaws.com');
const IMPORTED_ROLE_ARN = 'arn:aws:iam::111122223333:role/reader';
const ROLE_ARN_IN_OTHER_ACCOUNT = 'arn:aws:iam::999988887777:role/reader';
const OTHER_ACCOUNT = '999988887777';
const DECRYPT_WARNING = 'cdk-connect-data-streaming:decryptByKeyOwner';

interface Statement {
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Principal?: unknown;
}

function newRole(stack: Stack, roleName?: string): iam.Role {
  return new iam.Role(stack, 'Reader', { assumedBy: LAMBDA, roleName });
}

function agentEvents(stack: Stack, stream: kinesis.IStream): ConnectDataStreaming {
  return new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack),
    agentEvents: StreamingDestination.kinesisStream(stream),
    keyAccess: KeyAccess.EXTERNAL, // the access of Amazon Connect is not tested here
  });
}

/** Imports a stream with its key. */
function importedStream(stack: Stack, keyArn = KEY_ARN): kinesis.IStream {
  return kinesis.Stream.fromStreamAttributes(stack, 'Imported', {
    streamArn: STREAM_ARN, encryptionKey: kms.Key.fromKeyArn(stack, 'ImportedKey', keyArn),
  });
}

/** Creates a stream with an imported key. */
function newStream(stack: Stack, keyArn = KEY_ARN): kinesis.IStream {
  return new kinesis.Stream(stack, 'New', { streamName: 'new', encryptionKey: kms.Key.fromKeyArn(stack, 'ImportedKey', keyArn) });
}

function importOf(stack: Stack, { streamArn }: kinesis.IStream): kinesis.IStream {
  return kinesis.Stream.fromStreamArn(stack, `Import${stack.node.children.length}`, streamArn);
}

function statements(stack: Stack): Statement[] {
  return Object.values(resources(stack, 'AWS::IAM::Policy')).flatMap((policy) =>
    (policy.Properties.PolicyDocument as { Statement: Statement[] }).Statement);
}

function keyStatements(stack: Stack): Statement[] {
  return Object.values(resources(stack, 'AWS::KMS::Key')).flatMap((key) =>
    (key.Properties.KeyPolicy as { Statement: Statement[] }).Statement);
}

/** Expects the warning about the permission to decrypt with an imported key, if the IAM permission may be sufficient or not. */
function expectDecryptWarning(stack: Stack, principal: string, stream: kinesis.IStream, keyArn: string, isSufficient: boolean): void {
  const streamArn = stack.resolve(stream.streamArn) as unknown;
  Annotations.fromStack(stack).hasWarning('/Stack/Streaming',
    `${principal} needs kms:Decrypt on the key ${keyArn} to read ${typeof streamArn === 'string' ? streamArn : JSON.stringify(streamArn)}, but AWS CDK `
    + `cannot change the policy of an imported key; ${isSufficient
      ? 'if the key policy allows access by IAM policies, as default key policies do, acknowledge this warning; otherwise ask the key owner to allow it'
      : 'ask the key owner to allow it, then acknowledge this warning'}${acknowledgment('decryptByKeyOwner')}`);
}

test('grantRead() adds the same statements as Stream.grantRead()', () => {
  const stack = newStack();
  const streaming = agentEvents(stack, new kinesis.Stream(stack, 'Stream', { encryptionKey: new kms.Key(stack, 'Key') }));
  streaming.grantRead(newRole(stack));
  const other = newStack();
  new kinesis.Stream(other, 'Stream', { encryptionKey: new kms.Key(other, 'Key') }).grantRead(newRole(other));

  expect(statements(stack)).toEqual(statements(other));
});

describe('grantRead() on a stream that several data types share', () => {
  test.each<[string, (stack: Stack) => kinesis.IStream]>([
    ['the same construct', (stack) => stack.node.findChild('Stream') as kinesis.Stream],
    ['an import of the stream', (stack) => importOf(stack, stack.node.findChild('Stream') as kinesis.Stream)],
  ])('grants access to the stream and its key once: %s', (_, sameStream) => {
    const stack = newStack();
    const stream = new kinesis.Stream(stack, 'Stream', { encryptionKey: new kms.Key(stack, 'Key') });
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      contactRecords: StreamingDestination.kinesisStream(sameStream(stack)),
      agentEvents: StreamingDestination.kinesisStream(stream),
      voiceAnalysisSegments: StreamingDestination.kinesisStream(sameStream(stack)),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(),
    });
    const grant = streaming.grantRead(newRole(stack));

    expect(grant.success).toBe(true);
    expect(grant.principalStatements).toHaveLength(4); // two streams, two keys
    expect(statements(stack).map(({ Resource }) => Resource)).toEqual([
      stream.streamArn, stream.encryptionKey!.keyArn,
      streaming.chatAnalysisSegmentsStream!.streamArn, streaming.encryptionKey!.keyArn,
    ].map((arn) => stack.resolve(arn) as unknown));
  });
});

test('grantRead() grants access to the key of a stream if at least one of several imports specifies the key', () => {
  const stack = newStack();
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack),
    contactRecords: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'One', STREAM_ARN)),
    agentEvents: StreamingDestination.kinesisStream(importedStream(stack)),
    chatAnalysisSegments: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Other', STREAM_ARN)),
    keyAccess: KeyAccess.EXTERNAL,
  });
  streaming.grantRead(newRole(stack));

  expect(statements(stack).map(({ Resource }) => Resource)).toEqual([STREAM_ARN, KEY_ARN]);
});

test('grantRead() adds a resource policy to a stream that the app both defines and imports', () => {
  const stack = newStack();
  const encryptionKey = new kms.Key(stack, 'Key');
  const stream = new kinesis.Stream(stack, 'Stream', { encryptionKey });
  const imported = kinesis.Stream.fromStreamAttributes(stack, 'Import', { streamArn: stream.streamArn, encryptionKey });
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack),
    contactRecords: StreamingDestination.kinesisStream(imported),
    agentEvents: StreamingDestination.kinesisStream(stream),
  });

  expect(streaming.grantRead(LAMBDA).success).toBe(true);
  Template.fromStack(stack).resourceCountIs('AWS::Kinesis::ResourcePolicy', 1);
});

describe('grantRead() with a key that the app defines', () => {
  test('does not change the policy of a key in the stack of the grantee', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const grant = agentEvents(stack, new kinesis.Stream(stack, 'Stream', { encryptionKey: key })).grantRead(newRole(stack));

    expect(grant.success).toBe(true);
    expect(statements(stack)[1]).toEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: stack.resolve(key.keyArn) });
    expect(keyStatements(stack).filter(({ Action }) => Action === 'kms:Decrypt')).toEqual([]);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });

  test('does not change the policy of a key in another stack', () => {
    const app = new App();
    const foundation = new Stack(app, 'Foundation', { env: ENV });
    const stack = new Stack(app, 'Stack', { env: ENV });
    const key = new kms.Key(foundation, 'Key');
    const grant = agentEvents(stack, new kinesis.Stream(foundation, 'Stream', { encryptionKey: key })).grantRead(newRole(stack));

    expect(grant.success).toBe(true);
    expect(statements(stack)).toHaveLength(2);
    expect(keyStatements(foundation).filter(({ Action }) => Action === 'kms:Decrypt')).toEqual([]);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });

  test.each<[string, (stack: Stack) => iam.IGrantable, unknown]>([
    ['a role in another account', (stack) => iam.Role.fromRoleArn(stack, 'Reader', ROLE_ARN_IN_OTHER_ACCOUNT), { AWS: ROLE_ARN_IN_OTHER_ACCOUNT }],
    ['a service', () => LAMBDA, { Service: 'lambda.amazonaws.com' }],
  ])('adds a statement to the key policy for %s', (_, grantee, principal) => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const grant = agentEvents(stack, new kinesis.Stream(stack, 'Stream', { encryptionKey: key })).grantRead(grantee(stack));

    expect(grant.success).toBe(true);
    expect(grant.resourceStatements).toHaveLength(2);
    expect(keyStatements(stack)).toContainEqual({ Effect: 'Allow', Principal: principal, Action: 'kms:Decrypt', Resource: '*' });
    Template.fromStack(stack).resourceCountIs('AWS::Kinesis::ResourcePolicy', 1);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });

  test.each<[string, object, unknown[]]>([
    ['account', { account: OTHER_ACCOUNT }, [expect.objectContaining({ Action: 'kms:Decrypt', Resource: '*' })]],
    ['Region', { region: 'eu-west-1' }, []], // IAM policies are sufficient in one account
  ])('allows a role of the app in another %s to decrypt only with keys in the account and Region of the key', (_, env, inKeyPolicy) => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const readers = new Stack(app, 'Readers', { env: { ...ENV, ...env } });
    const stream = new kinesis.Stream(stack, 'Stream', { streamName: 'agent-events', encryptionKey: new kms.Key(stack, 'Key') });
    const grant = agentEvents(stack, stream).grantRead(newRole(readers, 'reader'));

    expect(grant.success).toBe(true);
    expect(statements(readers)[1]).toEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt', // Stream.grantRead() allows it on all keys
      Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':kms:us-east-1:111122223333:key/*']] },
    });
    expect(keyStatements(stack).filter(({ Action }) => Action === 'kms:Decrypt')).toEqual(inKeyPolicy);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });

  test('grants access to the target key of an alias', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const stream = kinesis.Stream.fromStreamAttributes(stack, 'Stream', { streamArn: STREAM_ARN, encryptionKey: key.addAlias('alias/streaming') });
    agentEvents(stack, stream).grantRead(newRole(stack));

    expect(statements(stack)[1].Resource).toEqual(stack.resolve(key.keyArn));
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });
});

describe('grantRead() with an imported key', () => {
  test.each<[string, (stack: Stack) => kinesis.IStream]>([['an imported stream', importedStream], ['a stream that the app defines', newStream]])(
    'adds an IAM permission, and a warning about the key policy, for %s', (_, makeStream) => {
      const stack = newStack();
      const stream = makeStream(stack);
      const grant = agentEvents(stack, stream).grantRead(newRole(stack));

      expect(grant.success).toBe(true);
      expect(grant.principalStatements.map((statement) => statement.actions).flat()).toContain('kms:Decrypt');
      expect(grant.resourceStatements).toEqual([]);
      expect(statements(stack).slice(1)).toEqual([{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY_ARN }]);
      expectDecryptWarning(stack, 'Stack/Reader', stream, KEY_ARN, true);
    });

  test('adds an IAM permission to an imported role in the account of the key', () => {
    const stack = newStack();
    const stream = importedStream(stack);
    const grant = agentEvents(stack, stream).grantRead(iam.Role.fromRoleArn(stack, 'Reader', IMPORTED_ROLE_ARN));

    expect(grant.success).toBe(true);
    expect(statements(stack).slice(1)).toEqual([{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY_ARN }]);
    expectDecryptWarning(stack, 'Stack/Reader', stream, KEY_ARN, true);
  });

  test('adds a warning that can be acknowledged', () => {
    const stack = newStack();
    const streaming = agentEvents(stack, importedStream(stack));
    streaming.grantRead(newRole(stack));
    Validations.of(streaming).acknowledge({ id: DECRYPT_WARNING, reason: 'the key owner allows it' });

    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });

  test.each<[string, string, (stack: Stack) => iam.IGrantable]>([
    ['a service', 'ServicePrincipal(lambda.amazonaws.com)', () => LAMBDA],
    ['a principal without policies in the app', `ArnPrincipal(${IMPORTED_ROLE_ARN})`, () => new iam.ArnPrincipal(IMPORTED_ROLE_ARN)],
    ['a role in another account', 'Stack/Reader', (stack) => iam.Role.fromRoleArn(stack, 'Reader', ROLE_ARN_IN_OTHER_ACCOUNT)],
  ])('returns an unsuccessful grant, and adds a warning about the key owner, for %s', (_, principal, grantee) => {
    const stack = newStack();
    const stream = newStream(stack);
    const grant = agentEvents(stack, stream).grantRead(grantee(stack));

    expect(grant.success).toBe(false);
    expect(() => grant.assertSuccess()).toThrow('could not be added');
    expect(statements(stack)).toEqual([]);
    Template.fromStack(stack).resourceCountIs('AWS::Kinesis::ResourcePolicy', 1); // the app defines the stream
    expectDecryptWarning(stack, principal, stream, KEY_ARN, false);
  });

  test('adds an IAM permission, but returns an unsuccessful grant, for a key in another account than the grantee', () => {
    const stack = newStack();
    const keyArn = KEY_ARN.replace('111122223333', OTHER_ACCOUNT);
    const stream = importedStream(stack, keyArn);
    const grant = agentEvents(stack, stream).grantRead(newRole(stack));

    expect(grant.success).toBe(false);
    expect(statements(stack)[1].Resource).toBe(keyArn);
    expectDecryptWarning(stack, 'Stack/Reader', stream, keyArn, false);
  });

  test('allows a role of the app in another account to decrypt only with the imported key', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const readers = new Stack(app, 'Readers', { env: { ...ENV, account: OTHER_ACCOUNT } });
    const stream = newStream(stack);
    const grant = agentEvents(stack, stream).grantRead(newRole(readers, 'reader'));

    expect(grant.success).toBe(false);
    expect(statements(readers)[1]).toEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY_ARN }); // Stream.grantRead() allows it on all keys
    expectDecryptWarning(stack, 'Readers/Reader', stream, KEY_ARN, false);
  });

  test('rejects an imported alias', () => {
    const stack = newStack();
    const encryptionKey = kms.Alias.fromAliasName(stack, 'Alias', 'alias/imported');
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, 'Imported', { streamArn: STREAM_ARN, encryptionKey })),
      keyAccess: KeyAccess.EXTERNAL,
    });

    expect(() => streaming.grantRead(newRole(stack))).toThrow(
      'Stack/Streaming: the KMS key must be a key or an alias with a known target key, got the imported alias '
      + `${JSON.stringify(stack.resolve(encryptionKey.keyArn))}; specify the key itself, such as Key.fromKeyArn(scope, id, keyArn)`);
  });
});

describe('grantRead() without a customer managed key', () => {
  test.each<[string, (stack: Stack) => kinesis.IStream]>([
    ['the AWS managed key of an existing stream', (stack) => kinesis.Stream.fromStreamAttributes(stack, 'Imported', {
      streamArn: STREAM_ARN, encryptionKey: kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis'),
    })],
    ['the AWS managed key of a new stream', (stack) => new kinesis.Stream(stack, 'Stream', { encryption: kinesis.StreamEncryption.MANAGED })],
    ['no encryption', (stack) => new kinesis.Stream(stack, 'Stream', { encryption: kinesis.StreamEncryption.UNENCRYPTED })],
  ])('grants no permission on a key: %s', (_, stream) => {
    const stack = newStack({ env: ENV });
    const grant = agentEvents(stack, stream(stack)).grantRead(newRole(stack));

    expect(grant.success).toBe(true);
    expect(statements(stack)).toHaveLength(1);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });
});

describe('grantRead() with an imported stream', () => {
  const unencrypted = (stack: Stack, streamArn = STREAM_ARN) => kinesis.Stream.fromStreamAttributes(stack, 'Imported', {
    streamArn, encryptionKey: kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis'),
  });

  test.each<[string, string, (stack: Stack) => iam.IGrantable]>([
    ['a service', 'ServicePrincipal(lambda.amazonaws.com)', () => LAMBDA],
    ['a role in another account', 'Stack/Reader', (stack) => iam.Role.fromRoleArn(stack, 'Reader', ROLE_ARN_IN_OTHER_ACCOUNT)],
  ])('returns an unsuccessful grant, and adds a warning about the owner of the stream, for %s', (_, principal, grantee) => {
    const stack = newStack();
    const grant = agentEvents(stack, unencrypted(stack)).grantRead(grantee(stack));

    expect(grant.success).toBe(false);
    Annotations.fromStack(stack).hasWarning('/Stack/Streaming',
      `AWS CDK cannot grant ${principal} access to ${STREAM_ARN}, because it cannot change the resource policy of an imported stream; ask the owner of `
      + 'the stream to grant the access, then acknowledge this warning' + acknowledgment('readByStreamOwner'));
  });

  test('returns an unsuccessful grant even if the other streams can be read', () => {
    const stack = newStack();
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      agentEvents: StreamingDestination.newKinesisStream(),
      chatAnalysisSegments: StreamingDestination.kinesisStream(unencrypted(stack)),
    });

    expect(streaming.grantRead(LAMBDA).success).toBe(false);
    Template.fromStack(stack).resourceCountIs('AWS::Kinesis::ResourcePolicy', 1);
  });
});

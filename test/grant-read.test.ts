import { Annotations as Warnings, App, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ConnectDataStreaming, KeyAccess, StreamingDestination } from '../src';
import { ENV, instanceWithRole, KEY_ARN, newStack, resources, STREAM_ARN } from './support';

const LAMBDA = new iam.ServicePrincipal('lambda.amazonaws.com');
const ROLE_HERE = 'arn:aws:iam::111122223333:role/reader';
const ROLE_ELSEWHERE = 'arn:aws:iam::999988887777:role/reader';
const WARNING = 'cdk-connect-data-streaming:decryptByKeyOwner';

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
    keyAccess: KeyAccess.EXTERNAL, // Amazon Connect's own permission is not what is tested here
  });
}

/** A stream of somebody else, with a key of somebody else. */
function theirStream(stack: Stack, keyArn = KEY_ARN): kinesis.IStream {
  return kinesis.Stream.fromStreamAttributes(stack, 'Theirs', {
    streamArn: STREAM_ARN, encryptionKey: kms.Key.fromKeyArn(stack, 'TheirKey', keyArn),
  });
}

/** A stream of the app, with a key of somebody else. */
function ourStream(stack: Stack, keyArn = KEY_ARN): kinesis.IStream {
  return new kinesis.Stream(stack, 'Ours', { streamName: 'ours', encryptionKey: kms.Key.fromKeyArn(stack, 'TheirKey', keyArn) });
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

function warning(text: string) {
  return ['/Stack/Streaming', Match.stringLikeRegexp(`${text}.*${WARNING}`)] as const;
}

test('what may be read is what Stream.grantRead() lets read', () => {
  const stack = newStack();
  const streaming = agentEvents(stack, new kinesis.Stream(stack, 'Mine', { encryptionKey: new kms.Key(stack, 'Key') }));
  streaming.grantRead(newRole(stack));
  const other = newStack();
  new kinesis.Stream(other, 'Mine', { encryptionKey: new kms.Key(other, 'Key') }).grantRead(newRole(other));

  expect(statements(stack)).toEqual(statements(other));
});

describe('a stream that several kinds of data share', () => {
  test.each<[string, (stack: Stack) => kinesis.IStream]>([
    ['the same construct', (stack) => stack.node.findChild('Mine') as kinesis.Stream],
    ['an import of it', (stack) => importOf(stack, stack.node.findChild('Mine') as kinesis.Stream)],
  ])('is granted once, with its key: %s', (_, again) => {
    const stack = newStack();
    const stream = new kinesis.Stream(stack, 'Mine', { encryptionKey: new kms.Key(stack, 'Key') });
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      contactRecords: StreamingDestination.kinesisStream(again(stack)),
      agentEvents: StreamingDestination.kinesisStream(stream),
      voiceAnalysisSegments: StreamingDestination.kinesisStream(again(stack)),
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

test('of two imports of a stream, the one that knows the key counts', () => {
  const stack = newStack();
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack),
    contactRecords: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'One', STREAM_ARN)),
    agentEvents: StreamingDestination.kinesisStream(theirStream(stack)),
    chatAnalysisSegments: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamArn(stack, 'Other', STREAM_ARN)),
    keyAccess: KeyAccess.EXTERNAL,
  });
  streaming.grantRead(newRole(stack));

  expect(statements(stack).map(({ Resource }) => Resource)).toEqual([STREAM_ARN, KEY_ARN]);
});

test('of an import and a stream of the app, the one whose policy is the app\'s counts', () => {
  const stack = newStack();
  const encryptionKey = new kms.Key(stack, 'Key');
  const stream = new kinesis.Stream(stack, 'Mine', { encryptionKey });
  const imported = kinesis.Stream.fromStreamAttributes(stack, 'Import', { streamArn: stream.streamArn, encryptionKey });
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: instanceWithRole(stack),
    contactRecords: StreamingDestination.kinesisStream(imported),
    agentEvents: StreamingDestination.kinesisStream(stream),
  });

  expect(streaming.grantRead(LAMBDA).success).toBe(true);
  Template.fromStack(stack).resourceCountIs('AWS::Kinesis::ResourcePolicy', 1);
});

describe('a key of the app', () => {
  test('in the stack of the grantee needs no statement in its policy', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const grant = agentEvents(stack, new kinesis.Stream(stack, 'Mine', { encryptionKey: key })).grantRead(newRole(stack));

    expect(grant.success).toBe(true);
    expect(statements(stack)[1]).toEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: stack.resolve(key.keyArn) });
    expect(keyStatements(stack).filter(({ Action }) => Action === 'kms:Decrypt')).toEqual([]);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });

  test('in another stack needs none either', () => {
    const app = new App();
    const foundation = new Stack(app, 'Foundation', { env: ENV });
    const stack = new Stack(app, 'Stack', { env: ENV });
    const key = new kms.Key(foundation, 'Key');
    const grant = agentEvents(stack, new kinesis.Stream(foundation, 'Mine', { encryptionKey: key })).grantRead(newRole(stack));

    expect(grant.success).toBe(true);
    expect(statements(stack)).toHaveLength(2);
    expect(keyStatements(foundation).filter(({ Action }) => Action === 'kms:Decrypt')).toEqual([]);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });

  test.each<[string, (stack: Stack) => iam.IGrantable, unknown]>([
    ['a role of another account', (stack) => iam.Role.fromRoleArn(stack, 'Reader', ROLE_ELSEWHERE), { AWS: ROLE_ELSEWHERE }],
    ['a service', () => LAMBDA, { Service: 'lambda.amazonaws.com' }],
  ])('says in its policy that %s may decrypt', (_, grantee, principal) => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const grant = agentEvents(stack, new kinesis.Stream(stack, 'Mine', { encryptionKey: key })).grantRead(grantee(stack));

    expect(grant.success).toBe(true);
    expect(grant.resourceStatements).toHaveLength(2);
    expect(keyStatements(stack)).toContainEqual({ Effect: 'Allow', Principal: principal, Action: 'kms:Decrypt', Resource: '*' });
    Template.fromStack(stack).resourceCountIs('AWS::Kinesis::ResourcePolicy', 1);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });

  test.each<[string, object, unknown[]]>([
    ['account', { account: '999988887777' }, [expect.objectContaining({ Action: 'kms:Decrypt', Resource: '*' })]],
    ['Region', { region: 'eu-west-1' }, []], // IAM suffices in one account
  ])('in another %s than a role of the app has no name there, and only its neighbours are granted', (_, elsewhere, inKeyPolicy) => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const readers = new Stack(app, 'Readers', { env: { ...ENV, ...elsewhere } });
    const stream = new kinesis.Stream(stack, 'Mine', { streamName: 'mine', encryptionKey: new kms.Key(stack, 'Key') });
    const grant = agentEvents(stack, stream).grantRead(newRole(readers, 'reader'));

    expect(grant.success).toBe(true);
    expect(statements(readers)[1]).toEqual({
      Effect: 'Allow',
      Action: 'kms:Decrypt', // Stream.grantRead() writes "*" here
      Resource: { 'Fn::Join': ['', ['arn:', { Ref: 'AWS::Partition' }, ':kms:us-east-1:111122223333:key/*']] },
    });
    expect(keyStatements(stack).filter(({ Action }) => Action === 'kms:Decrypt')).toEqual(inKeyPolicy);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });

  test('is found behind its alias', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const stream = kinesis.Stream.fromStreamAttributes(stack, 'Mine', { streamArn: STREAM_ARN, encryptionKey: key.addAlias('alias/ours') });
    agentEvents(stack, stream).grantRead(newRole(stack));

    expect(statements(stack)[1].Resource).toEqual(stack.resolve(key.keyArn));
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });
});

describe('a key that others own', () => {
  test.each<[string, (stack: Stack) => kinesis.IStream]>([['their stream', theirStream], ['a stream of the app', ourStream]])(
    'is granted by IAM, which suffices if its policy says so: %s', (_, stream) => {
      const stack = newStack();
      const grant = agentEvents(stack, stream(stack)).grantRead(newRole(stack));

      expect(grant.success).toBe(true);
      expect(grant.principalStatements.map((statement) => statement.actions).flat()).toContain('kms:Decrypt');
      expect(grant.resourceStatements).toEqual([]);
      expect(statements(stack).slice(1)).toEqual([{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY_ARN }]);
      Annotations.fromStack(stack).hasWarning(...warning(
        `Stack/Reader needs kms:Decrypt on the key ${KEY_ARN} to read .*what IAM grants is enough if that policy leaves access to IAM policies.*`
        + 'acknowledge this warning; if not, have the owner of the key allow it'));
    });

  test('is granted to an imported role of the account as well', () => {
    const stack = newStack();
    const grant = agentEvents(stack, theirStream(stack)).grantRead(iam.Role.fromRoleArn(stack, 'Reader', ROLE_HERE));

    expect(grant.success).toBe(true);
    expect(statements(stack).slice(1)).toEqual([{ Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY_ARN }]);
    Annotations.fromStack(stack).hasWarning(...warning('is enough if'));
  });

  test('gives a warning that can be acknowledged', () => {
    const stack = newStack();
    const streaming = agentEvents(stack, theirStream(stack));
    streaming.grantRead(newRole(stack));
    Warnings.of(streaming).acknowledgeWarning(WARNING);

    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });

  test.each<[string, (stack: Stack) => iam.IGrantable]>([
    ['a service', () => LAMBDA],
    ['a principal that is known by its ARN', () => new iam.ArnPrincipal(ROLE_HERE)],
    ['a role of another account', (stack) => iam.Role.fromRoleArn(stack, 'Reader', ROLE_ELSEWHERE)],
  ])('can\'t be granted to %s: the grant fails, and a warning says who has to', (_, grantee) => {
    const stack = newStack();
    const grant = agentEvents(stack, ourStream(stack)).grantRead(grantee(stack));

    expect(grant.success).toBe(false);
    expect(() => grant.assertSuccess()).toThrow('could not be added');
    expect(statements(stack)).toEqual([]);
    Template.fromStack(stack).resourceCountIs('AWS::Kinesis::ResourcePolicy', 1); // the stream is the app's
    Annotations.fromStack(stack).hasWarning(...warning('can\'t be changed from here; have the owner of the key allow it'));
  });

  test('in another account than the grantee is only half granted', () => {
    const stack = newStack();
    const grant = agentEvents(stack, theirStream(stack, KEY_ARN.replace('111122223333', '999988887777'))).grantRead(newRole(stack));

    expect(grant.success).toBe(false);
    expect(statements(stack)[1].Resource).toBe(KEY_ARN.replace('111122223333', '999988887777')); // the half that is ours
    Annotations.fromStack(stack).hasWarning(...warning('; have the owner of the key'));
  });

  test('is the only key that a role of the app in another account may decrypt with', () => {
    const app = new App();
    const stack = new Stack(app, 'Stack', { env: ENV });
    const readers = new Stack(app, 'Readers', { env: { ...ENV, account: '999988887777' } });
    const grant = agentEvents(stack, ourStream(stack)).grantRead(newRole(readers, 'reader'));

    expect(grant.success).toBe(false);
    expect(statements(readers)[1]).toEqual({ Effect: 'Allow', Action: 'kms:Decrypt', Resource: KEY_ARN }); // Stream.grantRead() writes "*"
    Annotations.fromStack(stack).hasWarning(...warning('; have the owner of the key'));
  });

  test('has to be known itself, not by an alias', () => {
    const stack = newStack();
    const encryptionKey = kms.Alias.fromAliasName(stack, 'Alias', 'alias/theirs');
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack),
      agentEvents: StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, 'Theirs', { streamArn: STREAM_ARN, encryptionKey })),
      keyAccess: KeyAccess.EXTERNAL,
    });

    expect(() => streaming.grantRead(newRole(stack))).toThrow(/alias\/theirs.* is an alias, and the key behind it is not known/);
  });
});

describe('no customer managed key', () => {
  test.each<[string, (stack: Stack) => kinesis.IStream]>([
    ['the AWS managed key of an existing stream', (stack) => kinesis.Stream.fromStreamAttributes(stack, 'Theirs', {
      streamArn: STREAM_ARN, encryptionKey: kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis'),
    })],
    ['the AWS managed key of a new stream', (stack) => new kinesis.Stream(stack, 'Mine', { encryption: kinesis.StreamEncryption.MANAGED })],
    ['no encryption', (stack) => new kinesis.Stream(stack, 'Mine', { encryption: kinesis.StreamEncryption.UNENCRYPTED })],
  ])('means no permission on one: %s', (_, stream) => {
    const stack = newStack({ env: ENV });
    const grant = agentEvents(stack, stream(stack)).grantRead(newRole(stack));

    expect(grant.success).toBe(true);
    expect(statements(stack)).toHaveLength(1);
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming', Match.anyValue());
  });
});

describe('a stream that others own', () => {
  const unencrypted = (stack: Stack, streamArn = STREAM_ARN) => kinesis.Stream.fromStreamAttributes(stack, 'Theirs', {
    streamArn, encryptionKey: kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis'),
  });

  test.each<[string, (stack: Stack) => iam.IGrantable]>([
    ['a service', () => LAMBDA],
    ['a role of another account', (stack) => iam.Role.fromRoleArn(stack, 'Reader', ROLE_ELSEWHERE)],
  ])('can\'t be granted to %s: the grant fails, and a warning says who has to', (_, grantee) => {
    const stack = newStack();
    const grant = agentEvents(stack, unencrypted(stack)).grantRead(grantee(stack));

    expect(grant.success).toBe(false);
    Annotations.fromStack(stack).hasWarning('/Stack/Streaming', Match.stringLikeRegexp(
      `can't be let in on ${STREAM_ARN}.*have the owner of the stream do it.*cdk-connect-data-streaming:readByStreamOwner`));
  });

  test('makes the whole grant fail, also if the other streams can be read', () => {
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

import { App, aws_kinesis as kinesis, aws_kms as kms, CfnParameter, Stack } from 'aws-cdk-lib';
import { ConnectDataStreaming, StreamingDestination } from '../src';
import {
  associations, connectStatements, ENV, existingInstance, INSTANCE_ARN, instanceWithRole, KEY_ARN, newStack, OTHER_INSTANCE_ARN, resources,
  ROLE_ARN, SID, STREAM_ARN, theOnly, types,
} from './support';

const OTHER_ROLE_ARN = `${ROLE_ARN}other`;

function existingStream(stack: Stack, encryptionKey: kms.IKey, id = 'Existing') {
  return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, id, { streamArn: STREAM_ARN, encryptionKey }));
}

describe('a key of this app', () => {
  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['Key', (stack) => new kms.Key(stack, 'Key')],
    ['CfnKey', (stack) => kms.Key.fromCfnKey(new kms.CfnKey(stack, 'Key', {
      keyPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'kms:*', Resource: '*' }] },
    }))],
    ['alias', (stack) => new kms.Key(stack, 'Key').addAlias('streaming')],
    ['alias with its key', (stack) => kms.Alias.fromAliasAttributes(stack, 'Alias', {
      aliasName: 'alias/streaming', aliasTargetKey: new kms.Key(stack, 'Key'),
    })],
  ])('lets the role in, and the association of an existing stream waits for it: %s', (_, makeKey) => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: existingStream(stack, makeKey(stack)) });

    expect(connectStatements(stack)).toEqual([
      { Sid: SID, Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'kms:GenerateDataKey', Resource: '*' },
    ]);
    const [key] = theOnly(resources(stack, 'AWS::KMS::Key'));
    const [, association] = theOnly(associations(stack));
    expect(association.DependsOn).toContain(key);
  });

  test('has one statement however many streams share it', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    new ConnectDataStreaming(stack, 'One', {
      instance: instanceWithRole(stack),
      contactRecords: existingStream(stack, key),
      agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: key }),
    });
    new ConnectDataStreaming(stack, 'Two', {
      instance: instanceWithRole(stack, 'Same'),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(),
      encryptionKey: key,
    });

    expect(connectStatements(stack)).toHaveLength(1);
  });

  test('lets in the role of every instance, with Sids that stay unique', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    new ConnectDataStreaming(stack, 'One', { instance: instanceWithRole(stack), agentEvents: existingStream(stack, key) });
    new ConnectDataStreaming(stack, 'Two', {
      instance: instanceWithRole(stack, 'Other', OTHER_INSTANCE_ARN, OTHER_ROLE_ARN), agentEvents: existingStream(stack, key, 'Same'),
    });
    new ConnectDataStreaming(stack, 'Three', {
      instance: existingInstance(stack, 'Third', `${INSTANCE_ARN}0`), agentEvents: existingStream(stack, key, 'Again'),
    });

    new ConnectDataStreaming(stack, 'First', {
      instance: instanceWithRole(stack, 'FirstAgain'), contactRecords: existingStream(stack, key, 'FirstAgainExisting'),
    });

    const [lookup] = theOnly(resources(stack, 'Custom::AWS'));
    const statements = connectStatements(stack);
    expect(statements.map((statement) => statement.Principal.AWS)).toEqual([
      ROLE_ARN, OTHER_ROLE_ARN, { 'Fn::GetAtt': [lookup, 'Instance.ServiceRole'] },
    ]);
    expect(statements.map((statement) => statement.Sid)).toEqual([SID, `${SID} 2`, `${SID} 3`]);
  });

  test('has no policy on the service-linked role beside it', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: existingStream(stack, new kms.Key(stack, 'Key')) });

    expect(types(stack)).not.toContain('AWS::IAM::Policy');
  });

  test('in another stack has the look-up beside it', () => {
    const app = new App();
    const keys = new Stack(app, 'Keys', { env: ENV });
    const stack = new Stack(app, 'Stack', { env: ENV });
    const key = new kms.Key(keys, 'Key');
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      agentEvents: existingStream(stack, key),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(),
      encryptionKey: key,
    });

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream']);
    const [lookup] = theOnly(resources(keys, 'Custom::AWS'));
    expect(connectStatements(keys)).toEqual([
      expect.objectContaining({ Sid: SID, Principal: { AWS: { 'Fn::GetAtt': [lookup, 'Instance.ServiceRole'] } } }),
    ]);
    expect(stack.dependencies).toEqual([keys]);
  });
});

describe('a key that AWS manages needs nothing', () => {
  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['alias by name', (stack) => kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis')],
    ['alias by ARN', (stack) => kms.Key.fromKeyArn(stack, 'Managed', 'arn:aws:kms:us-east-1:111122223333:alias/aws/kinesis')],
  ])('%s', (_, makeKey) => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: existingStream(stack, makeKey(stack)) });

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
    expect(theOnly(associations(stack))[1].DependsOn).toBeUndefined();
  });

  test('not for a new stream either', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      agentEvents: StreamingDestination.newKinesisStream(),
      encryptionKey: kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis'),
    });

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream']);
  });
});

describe('a key that can\'t be used is an error', () => {
  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['arn:\\S+alias/theirs', (stack) => kms.Key.fromKeyArn(stack, 'Theirs', 'arn:aws:kms:us-east-1:111122223333:alias/theirs')],
    ['.*alias/theirs.*', (stack) => kms.Alias.fromAliasName(stack, 'Theirs', 'alias/theirs')],
    ['.*TheirAlias.*', (stack) => kms.Alias.fromAliasName(stack, 'Theirs', new CfnParameter(stack, 'TheirAlias').valueAsString)],
  ])('alias without its key: %s', (shown, makeKey) => {
    const stack = newStack();
    const destination = existingStream(stack, makeKey(stack));
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: destination })).toThrow(
      new RegExp(`^Stack/Streaming/AgentEvents: ${shown} is an alias, and the key behind it is not known; pass the key itself, such as Key.fromKeyArn`));
  });

  test('a key in another Region', () => {
    const stack = newStack();
    const destination = existingStream(stack, kms.Key.fromKeyArn(stack, 'Far', KEY_ARN.replace('us-east-1', 'eu-west-1')));
    expect(() => new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: destination }))
      .toThrow('Stack/Streaming/AgentEvents: the key arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555 is in eu-west-1, '
        + 'but the stack is in us-east-1; use a key, or a multi-Region replica, in us-east-1');
  });
});

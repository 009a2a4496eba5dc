import { App, aws_kinesis as kinesis, aws_kms as kms, Stack } from 'aws-cdk-lib';
import { ConnectDataStreaming, StreamingDestination } from '../src';
import {
  associations, connectStatements, ENV, existingInstance, INSTANCE_ARN, instanceWithRole, newStack, OTHER_INSTANCE_ARN, resources,
  ROLE_ARN, SID, STREAM_ARN, theOnly, types,
} from './support';

const OTHER_ROLE_ARN = `${ROLE_ARN}other`;

function existingStream(stack: Stack, encryptionKey: kms.IKey, id = 'Existing') {
  return StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, id, { streamArn: STREAM_ARN, encryptionKey }));
}

describe('policy of a key that the app defines', () => {
  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['Key', (stack) => new kms.Key(stack, 'Key')],
    ['CfnKey', (stack) => kms.Key.fromCfnKey(new kms.CfnKey(stack, 'Key', {
      keyPolicy: { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'kms:*', Resource: '*' }] },
    }))],
    ['alias', (stack) => new kms.Key(stack, 'Key').addAlias('streaming')],
    ['alias with a known target key', (stack) => kms.Alias.fromAliasAttributes(stack, 'Alias', {
      aliasName: 'alias/streaming', aliasTargetKey: new kms.Key(stack, 'Key'),
    })],
  ])('allows the service-linked role before the association of an existing stream is created: %s', (_, makeKey) => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: existingStream(stack, makeKey(stack)) });

    expect(connectStatements(stack)).toEqual([
      { Sid: SID, Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'kms:GenerateDataKey', Resource: '*' },
    ]);
    const [key] = theOnly(resources(stack, 'AWS::KMS::Key'));
    const [, association] = theOnly(associations(stack));
    expect(association.DependsOn).toContain(key);
  });

  test('contains one statement for all streams of an instance', () => {
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

  test('contains a statement with a unique Sid for the service-linked role of each instance', () => {
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

  test('does not require an IAM policy on the service-linked role', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: existingStream(stack, new kms.Key(stack, 'Key')) });

    expect(types(stack)).not.toContain('AWS::IAM::Policy');
  });

  test('contains a role that is looked up in the stack of the key', () => {
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

import { App, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
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

  test('contains one statement for the service-linked roles of all instances', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    new ConnectDataStreaming(stack, 'One', { instance: instanceWithRole(stack), agentEvents: existingStream(stack, key) });
    new ConnectDataStreaming(stack, 'Two', {
      instance: instanceWithRole(stack, 'Other', OTHER_INSTANCE_ARN, OTHER_ROLE_ARN), agentEvents: existingStream(stack, key, 'Same'),
    });
    new ConnectDataStreaming(stack, 'Three', {
      instance: existingInstance(stack, 'Third', `${INSTANCE_ARN.slice(0, -1)}0`), agentEvents: existingStream(stack, key, 'Again'),
    });
    new ConnectDataStreaming(stack, 'First', {
      instance: instanceWithRole(stack, 'FirstAgain'), contactRecords: existingStream(stack, key, 'FirstAgainExisting'),
    });

    const [lookup] = theOnly(resources(stack, 'Custom::AWS'));
    expect(connectStatements(stack)).toEqual([expect.objectContaining({
      Sid: SID, Principal: { AWS: [ROLE_ARN, OTHER_ROLE_ARN, { 'Fn::GetAtt': [lookup, 'Instance.ServiceRole'] }] },
    })]);
  });

  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['Key', (stack) => new kms.Key(stack, 'Key')],
    ['CfnKey', (stack) => kms.Key.fromCfnKey(new kms.CfnKey(stack, 'Key', { keyPolicy: { Version: '2012-10-17', Statement: [] } }))],
  ])('contains a Sid that no other statement has, whether the other statement is added before or after: %s', (_, makeKey) => {
    const stack = newStack();
    const key = makeKey(stack);
    const addStatement = (sid: string) => key.addToResourcePolicy(new iam.PolicyStatement({
      sid, principals: [new iam.ArnPrincipal(OTHER_ROLE_ARN)], actions: ['kms:GenerateDataKey'], resources: ['*'],
    }));
    addStatement(SID);
    new ConnectDataStreaming(stack, 'Streaming', { instance: instanceWithRole(stack), agentEvents: existingStream(stack, key) });
    addStatement(`${SID} 2`);

    expect(connectStatements(stack).map(({ Sid, Principal }) => [Sid, Principal.AWS])).toEqual([
      [SID, OTHER_ROLE_ARN], [`${SID} 3`, ROLE_ARN], [`${SID} 2`, OTHER_ROLE_ARN],
    ]);
  });

  test('contains another statement for a role that is added after the policy was synthesized', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    new ConnectDataStreaming(stack, 'One', { instance: instanceWithRole(stack), agentEvents: existingStream(stack, key) });
    stack.resolve((key.node.defaultChild as kms.CfnKey).keyPolicy);
    new ConnectDataStreaming(stack, 'Two', {
      instance: instanceWithRole(stack, 'Other', OTHER_INSTANCE_ARN, OTHER_ROLE_ARN), agentEvents: existingStream(stack, key, 'Same'),
    });

    expect(connectStatements(stack).map(({ Sid, Principal }) => [Sid, Principal.AWS])).toEqual([[SID, ROLE_ARN], [`${SID} 2`, OTHER_ROLE_ARN]]);
  });

  test('must not exceed the KMS quota', () => {
    const stackWith = (roles: number) => {
      const stack = newStack();
      const key = new kms.Key(stack, 'Key');
      for (let number = 1; number <= roles; number++) {
        const id = String(number).padStart(12, '0');
        new ConnectDataStreaming(stack, `Streaming${number}`, {
          instance: instanceWithRole(stack, `Instance${number}`, `${INSTANCE_ARN.slice(0, -12)}${id}`, `${ROLE_ARN.slice(0, -3)}${id}xxxxxxxx`),
          agentEvents: existingStream(stack, key, `Existing${number}`),
        });
      }
      return stack;
    };
    const [statement] = connectStatements(stackWith(240));
    expect(statement.Principal.AWS).toHaveLength(240);
    expect(() => Template.fromStack(stackWith(270))).toThrow(/the policy of the key {"Fn::GetAtt":\["Key\w+","Arn"\]} must have at most 32,768 characters, got up to 3\d,\d{3} with 270 service-linked roles; use several keys, or KeyAccess.GRANT/);
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

import { App, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, CfnParameter, Fn, Lazy, NestedStack, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { aws_connect } from 'aws-cdk-lib/interfaces';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from '../src';
import {
  addDependency, associations, connectStatements, ENV, existingInstance, INSTANCE_ARN, instanceWithRole, KEY_ARN, newInstance,
  newStack, OTHER_INSTANCE_ARN, resources, ROLE_ARN, sdkCalls, SID, STREAM_ARN, theOnly, types,
} from './support';

const STATEMENT = { Sid: SID, Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'kms:GenerateDataKey', Resource: '*' };

function streaming(stack: Stack, instance: aws_connect.IInstanceRef, encryptionKey: kms.IKey, keyAccess?: KeyAccess, id = 'Streaming'): ConnectDataStreaming {
  const stream = kinesis.Stream.fromStreamAttributes(stack, `${id}Existing`, { streamArn: STREAM_ARN, encryptionKey });
  return new ConnectDataStreaming(stack, id, { instance, agentEvents: StreamingDestination.kinesisStream(stream), keyAccess });
}

function foreignKey(stack: Stack, id = 'Theirs'): kms.IKey {
  return kms.Key.fromKeyArn(stack, id, KEY_ARN);
}

function twoStacks(): { keys: Stack; stack: Stack } {
  const app = new App();
  return { keys: new Stack(app, 'Keys', { env: ENV }), stack: new Stack(app, 'Stack', { env: ENV }) };
}

/** The grants of a stack, by the call that makes them. */
function grants(stack: Stack): Array<Record<string, unknown>> {
  return sdkCalls(stack).filter(({ action }) => action === 'CreateGrant');
}

describe('a grant', () => {
  test('lets the role generate data keys with this key, and no more', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), foreignKey(stack));

    const call = {
      service: 'kms',
      action: 'CreateGrant',
      parameters: {
        KeyId: KEY_ARN,
        GranteePrincipal: ROLE_ARN,
        Operations: ['GenerateDataKey'],
        Name: expect.stringMatching(/^{'Ref':'AWS::StackId'}\/ConnectKeyGrant[0-9a-f]{8}$/) as unknown,
      },
      outputPaths: ['GrantId'],
      physicalResourceId: { responsePath: 'GrantId' },
    };
    expect(sdkCalls(stack, 'Create')).toEqual([call]);
    expect(sdkCalls(stack, 'Update')).toEqual([call]); // another key or role gets another grant, the old one is then revoked
    Template.fromStack(stack).hasResourceProperties('Custom::AWS', { InstallLatestAwsSdk: false });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { MemorySize: 512 });
  });

  test('is revoked on deletion, and it is no failure if it is gone or was never made', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), foreignKey(stack));

    const [call] = sdkCalls(stack, 'Delete');
    expect(call).toEqual({
      service: 'kms',
      action: 'RevokeGrant',
      parameters: { KeyId: KEY_ARN, GrantId: 'PHYSICAL:RESOURCEID:' },
      ignoreErrorCodesMatching: expect.any(String) as unknown,
    });
    const ignored = new RegExp(call.ignoreErrorCodesMatching as string);
    expect(['NotFoundException', 'InvalidGrantIdException'].every((code) => ignored.test(code))).toBe(true);
    expect(['AccessDeniedException', 'KMSInvalidStateException', 'NotFoundExceptionOfAnotherKind'].some((code) => ignored.test(code))).toBe(false);
  });

  test('is made by a role that may make just this grant', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), foreignKey(stack));

    const [, policy] = theOnly(resources(stack, 'AWS::IAM::Policy'));
    expect(policy.Properties.PolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Action: 'kms:CreateGrant',
          Resource: KEY_ARN,
          Condition: {
            'StringEquals': { 'kms:GranteePrincipal': ROLE_ARN },
            'ForAllValues:StringEquals': { 'kms:GrantOperations': ['GenerateDataKey'] },
          },
        },
        { Effect: 'Allow', Action: 'kms:RevokeGrant', Resource: KEY_ARN },
      ],
    });
  });

  test('comes before the association', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), foreignKey(stack));

    const [grant] = theOnly(resources(stack, 'Custom::AWS'));
    expect(theOnly(associations(stack))[1].DependsOn).toContain(grant);
  });

  test('is made for a role that is looked up in the same stack', () => {
    const stack = newStack();
    streaming(stack, existingInstance(stack), foreignKey(stack));

    const [lookup] = Object.entries(resources(stack, 'Custom::AWS')).find(([, { Properties }]) => !('Delete' in Properties))!;
    const [{ parameters }] = grants(stack);
    expect(parameters).toMatchObject({ GranteePrincipal: `{'Fn::GetAtt':['${lookup}','Instance.ServiceRole']}` });
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 1);
  });

  test('serves all streams of the instance that share the key in the stack', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), foreignKey(stack), undefined, 'One');
    const two = new ConnectDataStreaming(stack, 'Two', {
      instance: instanceWithRole(stack, 'Same'),
      contactRecords: StreamingDestination.newKinesisStream(),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(),
      encryptionKey: foreignKey(stack, 'SameKey'),
    });

    expect(two.encryptionKey!.keyArn).toBe(KEY_ARN);
    expect(grants(stack)).toHaveLength(1);
  });

  test('is one for each instance, for each key and for each stack', () => {
    const app = new App();
    const [one, two] = ['One', 'Two'].map((id) => new Stack(app, id, { env: ENV }));
    const otherKey = kms.Key.fromKeyArn(one, 'Other', `${KEY_ARN}0`);
    streaming(one, instanceWithRole(one), foreignKey(one), undefined, 'First');
    streaming(one, instanceWithRole(one, 'OtherInstance', OTHER_INSTANCE_ARN), foreignKey(one, 'Same'), undefined, 'Second');
    streaming(one, instanceWithRole(one, 'ThirdInstance', `${INSTANCE_ARN}3`), otherKey, undefined, 'Third');
    new ConnectDataStreaming(two, 'Streaming', {
      instance: instanceWithRole(two), contactRecords: StreamingDestination.newKinesisStream(), encryptionKey: foreignKey(two),
    });

    expect(grants(one)).toHaveLength(3);
    expect(grants(two)).toHaveLength(1);
    const names = [...grants(one), ...grants(two)].map(({ parameters }) => (parameters as { Name: string }).Name);
    expect(new Set(names).size).toBe(3); // the one of the other stack differs in the id of the stack
  });
});

describe('AUTOMATIC', () => {
  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['by ARN', foreignKey],
    ['by lookup', (stack) => kms.Key.fromLookup(stack, 'Theirs', { aliasName: 'alias/theirs' })],
    ['by L1 that this app does not make', (stack) => kms.Key.fromKeyArn(stack, 'Replica', new kms.CfnReplicaKey(stack, 'ReplicaKey', {
      primaryKeyArn: KEY_ARN.replace(ENV.region, 'eu-west-1'), keyPolicy: {},
    }).attrArn)],
    ['by alias that brings it', (stack) => kms.Alias.fromAliasAttributes(stack, 'Alias', { aliasName: 'alias/theirs', aliasTargetKey: foreignKey(stack) })],
  ])('is a grant for a key whose policy is not this app\'s: %s', (_, makeKey) => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), makeKey(stack), KeyAccess.AUTOMATIC);

    expect(grants(stack)).toHaveLength(1);
    expect(connectStatements(stack)).toEqual([]);
  });

  test('is the key policy for a key of this app', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), new kms.Key(stack, 'Key'), KeyAccess.AUTOMATIC);

    expect(connectStatements(stack)).toEqual([STATEMENT]);
    expect(grants(stack)).toEqual([]);
  });

  test.each<[string, (stack: Stack) => aws_connect.IInstanceRef]>([
    ['made there', newInstance],
    ['by an ARN that only that stack knows', (stack) => existingInstance(stack, 'Instance', new CfnParameter(stack, 'Arn').valueAsString)],
    ['by an ARN deep in a token', (stack) => existingInstance(stack, 'Instance', Fn.select(0, Fn.split(',', new CfnParameter(stack, 'Arns').valueAsString)))],
    ['by a lazy ARN', (stack) => existingInstance(stack, 'Instance', Lazy.string({ produce: () => newParameter(stack) }))],
    ['with a role that only that stack knows', (stack) => instanceWithRole(stack, 'Instance', INSTANCE_ARN, new CfnParameter(stack, 'Role').valueAsString)],
  ])('is a grant where the key is in another stack than instance and association: %s', (_, makeInstance) => {
    const { keys, stack } = twoStacks();
    const key = new kms.Key(keys, 'Key');
    streaming(stack, makeInstance(stack), key);

    expect(grants(stack)).toHaveLength(1);
    expect(connectStatements(keys)).toEqual([]);
    expect(types(keys)).toEqual(['AWS::KMS::Key']);
    expect(stack.dependencies).toEqual([keys]);
  });

  test.each<[string, (stack: Stack) => aws_connect.IInstanceRef]>([
    ['known by ARN and role', instanceWithRole],
    ['known by id', (stack) => ConnectInstance.fromInstanceId(stack, 'Instance', INSTANCE_ARN.split('/')[1])],
    ['imported from another app', (stack) => existingInstance(stack, 'Instance', Fn.importValue('arn'))],
  ])('is the key policy where the key is in another stack, but the instance is known there too: %s', (_, makeInstance) => {
    const { keys, stack } = twoStacks();
    streaming(stack, makeInstance(stack), new kms.Key(keys, 'Key'));

    expect(connectStatements(keys)).toHaveLength(1);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });

  test('is the key policy where instance and key are in one stack, the association in another', () => {
    const { keys, stack } = twoStacks();
    const instance = newInstance(keys);
    streaming(stack, instance, new kms.Key(keys, 'Key'));

    expect(connectStatements(keys)).toEqual([expect.objectContaining({ Principal: { AWS: { 'Fn::GetAtt': ['Instance', 'ServiceRole'] } } })]);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });

  test('is a grant where the instance is in a third stack, which may use the key as well', () => {
    const { keys, stack } = twoStacks();
    const instances = new Stack(keys.node.root as App, 'Instances', { env: ENV });
    const key = new kms.Key(keys, 'Key');
    const instance = newInstance(instances);
    streaming(stack, instance, key);
    new ConnectDataStreaming(instances, 'Streaming', { instance, contactRecords: StreamingDestination.newKinesisStream(), encryptionKey: key });

    expect(grants(stack)).toHaveLength(1);
    expect(grants(instances)).toHaveLength(1);
    expect(types(keys)).toEqual(['AWS::KMS::Key']);
  });

  test('is a grant where the stack of the key needs other stacks only', () => {
    const { keys, stack } = twoStacks();
    const app = keys.node.root as App;
    addDependency(keys, new Stack(app, 'Unrelated', { env: ENV }));
    streaming(stack, newInstance(new Stack(app, 'Instances', { env: ENV })), new kms.Key(keys, 'Key'));

    expect(grants(stack)).toHaveLength(1);
  });

  test.each([['itself', false], ['by way of another stack', true]])('is the key policy where the stack of the key needs the third stack: %s', (_, indirectly) => {
    const { keys, stack } = twoStacks();
    const app = keys.node.root as App;
    const instances = new Stack(app, 'Instances', { env: ENV });
    if (indirectly) {
      const between = new Stack(app, 'Between', { env: ENV });
      addDependency(keys, new Stack(app, 'Unrelated', { env: ENV }));
      addDependency(keys, between);
      addDependency(between, instances);
    } else {
      addDependency(keys, instances);
    }
    streaming(stack, newInstance(instances), new kms.Key(keys, 'Key'));

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
    expect(connectStatements(keys)).toEqual([
      expect.objectContaining({ Principal: { AWS: { 'Fn::ImportValue': expect.stringContaining('ServiceRole') as unknown } } }),
    ]);
  });

  test('is a grant where the key is in the parent of the nested stack that makes the instance', () => {
    const parent = newStack();
    const nested = new NestedStack(parent, 'Nested');
    streaming(nested, newInstance(nested), new kms.Key(parent, 'Key'));

    expect(grants(nested)).toHaveLength(1);
    expect(connectStatements(parent)).toEqual([]);
  });
});

describe('a stream of the app waits for its grant', () => {
  test('so that it never moves to a key that the instance may not use yet', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), agentEvents: StreamingDestination.newKinesisStream(), encryptionKey: foreignKey(stack),
    });

    const [grant] = theOnly(resources(stack, 'Custom::AWS'));
    expect(theOnly(resources(stack, 'AWS::Kinesis::Stream'))[1].DependsOn).toContain(grant);
    expect(theOnly(associations(stack))[1].DependsOn).toContain(grant);
  });

  test('in its own stack, if that may know the instance', () => {
    const { keys: streams, stack } = twoStacks();
    const stream = new kinesis.Stream(streams, 'Stream', { encryptionKey: foreignKey(streams) });
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });

    expect(grants(streams)).toHaveLength(1);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });

  test('not if that may not know the instance', () => {
    const { keys: streams, stack } = twoStacks();
    const stream = new kinesis.Stream(streams, 'Stream', { encryptionKey: foreignKey(streams) });
    new ConnectDataStreaming(stack, 'Streaming', { instance: newInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });

    expect(grants(stack)).toHaveLength(1);
    expect(types(streams)).toEqual(['AWS::Kinesis::Stream']);
  });
});

describe('KEY_POLICY', () => {
  test('is the key policy', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), new kms.Key(stack, 'Key'), KeyAccess.KEY_POLICY);

    expect(connectStatements(stack)).toEqual([STATEMENT]);
  });

  test('is the key policy where everything is in one stack', () => {
    const stack = newStack();
    streaming(stack, newInstance(stack), new kms.Key(stack, 'Key'), KeyAccess.KEY_POLICY);

    expect(connectStatements(stack)).toHaveLength(1);
  });

  test('is an error for another app\'s key, with the statement to add', () => {
    const stack = newStack();
    expect(() => streaming(stack, instanceWithRole(stack), foreignKey(stack), KeyAccess.KEY_POLICY)).toThrow(
      `Stack/Streaming/AgentEvents: the policy of the key ${KEY_ARN} is not this app's; use KeyAccess.GRANT, or KeyAccess.EXTERNAL once its owner `
      + `has added the statement: {"Action":"kms:GenerateDataKey","Effect":"Allow","Principal":{"AWS":"${ROLE_ARN}"},"Resource":"*","Sid":"${SID}"}`);
  });

  test('says where to find a role that is not known', () => {
    const stack = newStack();
    expect(() => streaming(stack, existingInstance(stack), foreignKey(stack), KeyAccess.KEY_POLICY))
      .toThrow('"Principal":{"AWS":"<ServiceRole of aws connect describe-instance>"}');
  });

  test('is the key policy where the instance is in a third stack, if that does not need the key', () => {
    const { keys, stack } = twoStacks();
    const instances = new Stack(keys.node.root as App, 'Instances', { env: ENV });
    streaming(stack, newInstance(instances), new kms.Key(keys, 'Key'), KeyAccess.KEY_POLICY);

    expect(connectStatements(keys)).toHaveLength(1);
  });

  test('is an error where the third stack needs the key', () => {
    const { keys, stack } = twoStacks();
    const instances = new Stack(keys.node.root as App, 'Instances', { env: ENV });
    addDependency(instances, keys);
    expect(() => streaming(stack, newInstance(instances), new kms.Key(keys, 'Key'), KeyAccess.KEY_POLICY))
      .toThrow('can\'t name the role of an instance of Instances, which needs Keys, the stack of the key');
  });

  test('is an error where two stacks would need each other', () => {
    const { keys, stack } = twoStacks();
    expect(() => streaming(stack, newInstance(stack), new kms.Key(keys, 'Key'), KeyAccess.KEY_POLICY)).toThrow(
      /^Stack\/Streaming\/AgentEvents: the policy of the key .* can't name the role of an instance of Stack, which needs Keys, the stack of the key; use KeyAccess.GRANT/);
  });
});

describe('GRANT', () => {
  test('is a grant for a key of this app too', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), new kms.Key(stack, 'Key'), KeyAccess.GRANT);

    expect(grants(stack)).toHaveLength(1);
    expect(connectStatements(stack)).toEqual([]);
  });

  test('is nothing for a key that AWS manages', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis'), KeyAccess.GRANT);

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });
});

describe('EXTERNAL', () => {
  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['another app\'s key', foreignKey],
    ['another app\'s alias', (stack) => kms.Alias.fromAliasName(stack, 'Theirs', 'alias/theirs')],
  ])('makes nothing for %s', (_, makeKey) => {
    const stack = newStack();
    streaming(stack, existingInstance(stack), makeKey(stack), KeyAccess.EXTERNAL);

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });

  test('leaves a key of this app to the app, which can use the role', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const { serviceRoleArn } = streaming(stack, instanceWithRole(stack), key, KeyAccess.EXTERNAL);
    expect(serviceRoleArn).toBe(ROLE_ARN);
    key.addToResourcePolicy(new iam.PolicyStatement({
      sid: `${SID}, by hand`, principals: [new iam.ArnPrincipal(serviceRoleArn)], actions: ['kms:GenerateDataKey'], resources: ['*'],
    }));

    expect(connectStatements(stack)).toEqual([{ ...STATEMENT, Sid: `${SID}, by hand` }]);
  });
});

function newParameter(stack: Stack): string {
  return (stack.node.tryFindChild('Lazy') as CfnParameter | undefined ?? new CfnParameter(stack, 'Lazy')).valueAsString;
}

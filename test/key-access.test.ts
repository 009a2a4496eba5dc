import { App, aws_iam as iam, aws_kinesis as kinesis, aws_kms as kms, CfnParameter, CfnResource, Fn, Lazy, NestedStack, Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import type { aws_connect } from 'aws-cdk-lib/interfaces';
import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from '../src';
import {
  acknowledgment, addDependency, associations, connectStatements, ENV, existingInstance, INSTANCE_ARN, instanceWithRole, KEY_ARN, newInstance,
  newStack, OTHER_INSTANCE_ARN, resources, ROLE_ARN, sdkCalls, SID, STREAM_ARN, theOnly, types,
} from './support';

const STATEMENT = { Sid: SID, Effect: 'Allow', Principal: { AWS: ROLE_ARN }, Action: 'kms:GenerateDataKey', Resource: '*' };

function streaming(stack: Stack, instance: aws_connect.IInstanceRef, encryptionKey: kms.IKey, keyAccess?: KeyAccess, id = 'Streaming'): ConnectDataStreaming {
  const stream = kinesis.Stream.fromStreamAttributes(stack, `${id}Existing`, { streamArn: STREAM_ARN, encryptionKey });
  return new ConnectDataStreaming(stack, id, { instance, agentEvents: StreamingDestination.kinesisStream(stream), keyAccess });
}

function importedKey(stack: Stack, id = 'Imported'): kms.IKey {
  return kms.Key.fromKeyArn(stack, id, KEY_ARN);
}

function twoStacks(): { keys: Stack; stack: Stack } {
  const app = new App();
  return { keys: new Stack(app, 'Keys', { env: ENV }), stack: new Stack(app, 'Stack', { env: ENV }) };
}

/** Returns the API calls that create the grants of a stack. */
function grants(stack: Stack): Array<Record<string, unknown>> {
  return sdkCalls(stack).filter(({ action }) => action === 'CreateGrant');
}

describe('KMS grant', () => {
  test('allows the service-linked role only to generate data keys with the key', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), importedKey(stack));

    const call = {
      service: 'kms',
      action: 'CreateGrant',
      parameters: {
        KeyId: KEY_ARN,
        GranteePrincipal: ROLE_ARN,
        RetiringPrincipal: expect.stringMatching(/^{'Fn::GetAtt':\['AWS\w+ServiceRole\w+','Arn'\]}$/) as unknown,
        Operations: ['GenerateDataKey'],
        Name: expect.stringMatching(/^{'Ref':'AWS::StackId'}\/[0-9a-f]{8}$/) as unknown,
      },
      outputPaths: ['GrantId'],
      physicalResourceId: { responsePath: 'GrantId' },
    };
    expect(sdkCalls(stack, 'Create')).toEqual([call]);
    expect(sdkCalls(stack, 'Update')).toEqual([call]); // another key or role replaces the grant, and the previous grant is retired
    Template.fromStack(stack).hasResourceProperties('Custom::AWS', { InstallLatestAwsSdk: false });
    Template.fromStack(stack).hasResourceProperties('AWS::Lambda::Function', { MemorySize: 512 });
  });

  test('is retired when it is deleted, without an error if it does not exist', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), importedKey(stack));

    const [call] = sdkCalls(stack, 'Delete');
    expect(call).toEqual({
      service: 'kms',
      action: 'RetireGrant',
      parameters: { KeyId: KEY_ARN, GrantId: 'PHYSICAL:RESOURCEID:' },
      ignoreErrorCodesMatching: expect.any(String) as unknown,
    });
    const ignored = new RegExp(call.ignoreErrorCodesMatching as string);
    expect(['NotFoundException', 'InvalidGrantIdException', 'AccessDeniedException'].every((code) => ignored.test(code))).toBe(true);
    expect(['KMSInvalidStateException', 'ThrottlingException', 'NotFoundExceptionWithSuffix'].some((code) => ignored.test(code))).toBe(false);
  });

  test('is created with permission to create only this grant', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), importedKey(stack));

    const [, policy] = theOnly(resources(stack, 'AWS::IAM::Policy'));
    expect(policy.Properties.PolicyDocument).toEqual({
      Version: '2012-10-17',
      Statement: [{
        Effect: 'Allow',
        Action: 'kms:CreateGrant',
        Resource: KEY_ARN,
        Condition: {
          'StringEquals': { 'kms:GranteePrincipal': ROLE_ARN },
          'ForAllValues:StringEquals': { 'kms:GrantOperations': ['GenerateDataKey'] },
        },
      }],
    });
  });

  test('has another name if its logical id is another one', () => {
    const nameWith = (newLogicalId?: string) => {
      const stack = newStack();
      streaming(stack, instanceWithRole(stack), importedKey(stack));
      const grant = stack.node.findAll().find((child) => CfnResource.isCfnResource(child) && child.cfnResourceType === 'Custom::AWS') as CfnResource;
      if (newLogicalId) grant.overrideLogicalId(newLogicalId);
      return (grants(stack)[0].parameters as { Name: string }).Name;
    };
    expect(nameWith()).toBe(nameWith());
    expect(new Set([nameWith(), nameWith('One'), nameWith('Two')]).size).toBe(3);
  });

  test('is created before the association', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), importedKey(stack));

    const [grant] = theOnly(resources(stack, 'Custom::AWS'));
    expect(theOnly(associations(stack))[1].DependsOn).toContain(grant);
  });

  test('is created for a role that is looked up in the same stack', () => {
    const stack = newStack();
    streaming(stack, existingInstance(stack), importedKey(stack));

    const [lookup] = Object.entries(resources(stack, 'Custom::AWS')).find(([, { Properties }]) => !('Delete' in Properties))!;
    const [{ parameters }] = grants(stack);
    expect(parameters).toMatchObject({ GranteePrincipal: `{'Fn::GetAtt':['${lookup}','Instance.ServiceRole']}` });
    Template.fromStack(stack).resourceCountIs('AWS::Lambda::Function', 1);
  });

  test('is created once for all streams of an instance that share a key in a stack', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), importedKey(stack), undefined, 'One');
    const two = new ConnectDataStreaming(stack, 'Two', {
      instance: instanceWithRole(stack, 'Same'),
      contactRecords: StreamingDestination.newKinesisStream(),
      chatAnalysisSegments: StreamingDestination.newKinesisStream(),
      encryptionKey: importedKey(stack, 'SameKey'),
    });

    expect(two.encryptionKey!.keyArn).toBe(KEY_ARN);
    expect(grants(stack)).toHaveLength(1);
  });

  test('is created for each instance, key and stack', () => {
    const app = new App();
    const [one, two] = ['One', 'Two'].map((id) => new Stack(app, id, { env: ENV }));
    const otherKey = kms.Key.fromKeyArn(one, 'Other', `${KEY_ARN}0`);
    streaming(one, instanceWithRole(one), importedKey(one), undefined, 'First');
    streaming(one, instanceWithRole(one, 'OtherInstance', OTHER_INSTANCE_ARN), importedKey(one, 'Same'), undefined, 'Second');
    streaming(one, instanceWithRole(one, 'ThirdInstance', `${INSTANCE_ARN.slice(0, -1)}3`), otherKey, undefined, 'Third');
    new ConnectDataStreaming(two, 'Streaming', {
      instance: instanceWithRole(two), contactRecords: StreamingDestination.newKinesisStream(), encryptionKey: importedKey(two),
    });

    expect(grants(one)).toHaveLength(3);
    expect(grants(two)).toHaveLength(1);
    const names = [...grants(one), ...grants(two)].map(({ parameters }) => (parameters as { Name: string }).Name);
    expect(new Set(names).size).toBe(3); // the name in the other stack differs by the id of the stack
  });
});

describe('KeyAccess.AUTOMATIC', () => {
  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['by ARN', importedKey],
    ['by lookup', (stack) => kms.Key.fromLookup(stack, 'Imported', { aliasName: 'alias/imported' })],
    ['by the ARN of a replica key', (stack) => kms.Key.fromKeyArn(stack, 'Replica', new kms.CfnReplicaKey(stack, 'ReplicaKey', {
      primaryKeyArn: KEY_ARN.replace(ENV.region, 'eu-west-1'), keyPolicy: {},
    }).attrArn)],
    ['by an alias with a known target key', (stack) => kms.Alias.fromAliasAttributes(stack, 'Alias', {
      aliasName: 'alias/imported', aliasTargetKey: importedKey(stack),
    })],
  ])('creates a grant on a key that is imported %s', (_, makeKey) => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), makeKey(stack), KeyAccess.AUTOMATIC);

    expect(grants(stack)).toHaveLength(1);
    expect(connectStatements(stack)).toEqual([]);
  });

  test('adds a statement to the policy of a key that the app defines', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), new kms.Key(stack, 'Key'), KeyAccess.AUTOMATIC);

    expect(connectStatements(stack)).toEqual([STATEMENT]);
    expect(grants(stack)).toEqual([]);
  });

  test.each<[string, (stack: Stack) => aws_connect.IInstanceRef]>([
    ['is defined', newInstance],
    ['is imported by a parameter', (stack) => existingInstance(stack, 'Instance', new CfnParameter(stack, 'Arn').valueAsString)],
    ['is imported by a part of a parameter',
      (stack) => existingInstance(stack, 'Instance', Fn.select(0, Fn.split(',', new CfnParameter(stack, 'Arns').valueAsString)))],
    ['is imported by a lazy reference to a parameter',
      (stack) => existingInstance(stack, 'Instance', Lazy.string({ produce: () => newParameter(stack) }))],
    ['is imported with a role that is a parameter',
      (stack) => instanceWithRole(stack, 'Instance', INSTANCE_ARN, new CfnParameter(stack, 'Role').valueAsString)],
  ])('creates a grant on a key in another stack than the association if the instance %s in the stack of the association', (_, makeInstance) => {
    const { keys, stack } = twoStacks();
    const key = new kms.Key(keys, 'Key');
    streaming(stack, makeInstance(stack), key);

    expect(grants(stack)).toHaveLength(1);
    expect(connectStatements(keys)).toEqual([]);
    expect(types(keys)).toEqual(['AWS::KMS::Key']);
    expect(stack.dependencies).toEqual([keys]);
  });

  test.each<[string, (stack: Stack) => aws_connect.IInstanceRef]>([
    ['by its ARN and role', instanceWithRole],
    ['by its id', (stack) => ConnectInstance.fromInstanceId(stack, 'Instance', INSTANCE_ARN.split('/')[1])],
    ['by a value that another app exports', (stack) => existingInstance(stack, 'Instance', Fn.importValue('arn'))],
  ])('adds a statement to the policy of a key in another stack if the instance is imported %s', (_, makeInstance) => {
    const { keys, stack } = twoStacks();
    streaming(stack, makeInstance(stack), new kms.Key(keys, 'Key'));

    expect(connectStatements(keys)).toHaveLength(1);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });

  test('adds a statement to the key policy if the instance is in the stack of the key', () => {
    const { keys, stack } = twoStacks();
    const instance = newInstance(keys);
    streaming(stack, instance, new kms.Key(keys, 'Key'));

    expect(connectStatements(keys)).toEqual([expect.objectContaining({ Principal: { AWS: { 'Fn::GetAtt': ['Instance', 'ServiceRole'] } } })]);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });

  test('creates grants if the instance is in a third stack, which references the key', () => {
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

  test('creates a grant if the stack of the key does not depend on the stack of the instance', () => {
    const { keys, stack } = twoStacks();
    const app = keys.node.root as App;
    addDependency(keys, new Stack(app, 'Unrelated', { env: ENV }));
    streaming(stack, newInstance(new Stack(app, 'Instances', { env: ENV })), new kms.Key(keys, 'Key'));

    expect(grants(stack)).toHaveLength(1);
  });

  test.each([
    ['directly', false],
    ['indirectly', true],
  ])('adds a statement to the key policy if the stack of the key depends %s on the stack of the instance', (_, indirectly) => {
    const { keys, stack } = twoStacks();
    const app = keys.node.root as App;
    const instances = new Stack(app, 'Instances', { env: ENV });
    if (indirectly) {
      const intermediate = new Stack(app, 'Intermediate', { env: ENV });
      addDependency(keys, new Stack(app, 'Unrelated', { env: ENV }));
      addDependency(keys, intermediate);
      addDependency(intermediate, instances);
    } else {
      addDependency(keys, instances);
    }
    streaming(stack, newInstance(instances), new kms.Key(keys, 'Key'));

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
    expect(connectStatements(keys)).toEqual([
      expect.objectContaining({ Principal: { AWS: { 'Fn::ImportValue': expect.stringContaining('ServiceRole') as unknown } } }),
    ]);
  });

  test('creates a grant if the key is in the parent stack of the nested stack that defines the instance', () => {
    const parent = newStack();
    const nested = new NestedStack(parent, 'Nested');
    streaming(nested, newInstance(nested), new kms.Key(parent, 'Key'));

    expect(grants(nested)).toHaveLength(1);
    expect(connectStatements(parent)).toEqual([]);
  });
});

describe('KMS grant on the key of a stream that the app defines', () => {
  test('is created before the stream is encrypted with the key', () => {
    const stack = newStack();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), agentEvents: StreamingDestination.newKinesisStream(), encryptionKey: importedKey(stack),
    });

    const [grant] = theOnly(resources(stack, 'Custom::AWS'));
    expect(theOnly(resources(stack, 'AWS::Kinesis::Stream'))[1].DependsOn).toContain(grant);
    expect(theOnly(associations(stack))[1].DependsOn).toContain(grant);
  });

  test('is created in the stack of the stream if that stack can reference the instance', () => {
    const { keys: streams, stack } = twoStacks();
    const stream = new kinesis.Stream(streams, 'Stream', { encryptionKey: importedKey(streams) });
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });

    expect(grants(streams)).toHaveLength(1);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });

  test('is created in the stack of the association if the stack of the stream cannot reference the instance', () => {
    const { keys: streams, stack } = twoStacks();
    const stream = new kinesis.Stream(streams, 'Stream', { encryptionKey: importedKey(streams) });
    new ConnectDataStreaming(stack, 'Streaming', { instance: newInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });

    expect(grants(stack)).toHaveLength(1);
    expect(types(streams)).toEqual(['AWS::Kinesis::Stream']);
  });
});

describe('KeyAccess.KEY_POLICY', () => {
  test('adds a statement to the key policy for an imported instance', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), new kms.Key(stack, 'Key'), KeyAccess.KEY_POLICY);

    expect(connectStatements(stack)).toEqual([STATEMENT]);
  });

  test('adds a statement to the key policy for an instance in the same stack', () => {
    const stack = newStack();
    streaming(stack, newInstance(stack), new kms.Key(stack, 'Key'), KeyAccess.KEY_POLICY);

    expect(connectStatements(stack)).toHaveLength(1);
  });

  test('rejects an imported key with an error that contains the required statement', () => {
    const stack = newStack();
    expect(() => streaming(stack, instanceWithRole(stack), importedKey(stack), KeyAccess.KEY_POLICY)).toThrow(
      `Stack/Streaming/AgentEvents: KeyAccess.KEY_POLICY cannot add a statement to the policy of the key ${KEY_ARN}: this app does not define the key; `
      + 'use KeyAccess.GRANT, or use KeyAccess.EXTERNAL after the key owner has added this statement: '
      + `{"Action":"kms:GenerateDataKey","Effect":"Allow","Principal":{"AWS":"${ROLE_ARN}"},"Resource":"*","Sid":"${SID}"}`);
  });

  test('describes how to find an unknown role in the error about an imported key', () => {
    const stack = newStack();
    expect(() => streaming(stack, existingInstance(stack), importedKey(stack), KeyAccess.KEY_POLICY))
      .toThrow('"Principal":{"AWS":"<ServiceRole that aws connect describe-instance returns>"}');
  });

  test('adds a statement to the key policy if the instance is in a third stack', () => {
    const { keys, stack } = twoStacks();
    const instances = new Stack(keys.node.root as App, 'Instances', { env: ENV });
    streaming(stack, newInstance(instances), new kms.Key(keys, 'Key'), KeyAccess.KEY_POLICY);

    expect(connectStatements(keys)).toHaveLength(1);
  });

  test.each(['nested in the stack of the instance', 'the parent of the stack of the instance'])(
    'rejects a key in another stack if the construct is in a stack that is %s, because both are deployed after the key', (layout) => {
      const app = new App();
      const key = new kms.Key(new Stack(app, 'Keys', { env: ENV }), 'Key');
      const parent = new Stack(app, 'Stack', { env: ENV });
      const nested = new NestedStack(parent, 'Nested');
      const [stack, home] = layout.startsWith('nested') ? [nested, parent] : [parent, nested];
      const instance = newInstance(home);

      expect(() => new ConnectDataStreaming(stack, 'Streaming', {
        instance, agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: key }), keyAccess: KeyAccess.KEY_POLICY,
      })).toThrow(`the stack of the key, Keys, cannot reference the instance in ${home.node.path}, which depends on the stack of the key; use KeyAccess.GRANT`);
    });

  test('rejects an instance in a third stack that depends on the stack of the key', () => {
    const { keys, stack } = twoStacks();
    const instances = new Stack(keys.node.root as App, 'Instances', { env: ENV });
    addDependency(instances, keys);
    expect(() => streaming(stack, newInstance(instances), new kms.Key(keys, 'Key'), KeyAccess.KEY_POLICY))
      .toThrow(': the stack of the key, Keys, cannot reference the instance in Instances, which depends on the stack of the key; use KeyAccess.GRANT');
  });

  test('rejects a reference that would create a dependency cycle between stacks', () => {
    const { keys, stack } = twoStacks();
    const key = new kms.Key(keys, 'Key');
    expect(() => streaming(stack, newInstance(stack), key, KeyAccess.KEY_POLICY)).toThrow(
      'Stack/Streaming/AgentEvents: KeyAccess.KEY_POLICY cannot add a statement to the policy of the key '
      + `${JSON.stringify(keys.resolve(key.keyArn))}: the stack of the key, Keys, cannot reference the instance in Stack, which depends on the stack of `
      + 'the key; use KeyAccess.GRANT, or use KeyAccess.EXTERNAL after the key owner has added this statement: {"Action":"kms:GenerateDataKey"');
  });
});

describe('KeyAccess.GRANT', () => {
  test('creates a grant on a key that the app defines', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), new kms.Key(stack, 'Key'), KeyAccess.GRANT);

    expect(grants(stack)).toHaveLength(1);
    expect(connectStatements(stack)).toEqual([]);
  });

  test('creates no grant on an AWS managed key', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), kms.Alias.fromAliasName(stack, 'Managed', 'alias/aws/kinesis'), KeyAccess.GRANT);

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });
});

describe('KeyAccess.EXTERNAL', () => {
  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['an imported key', importedKey],
    ['an imported alias', (stack) => kms.Alias.fromAliasName(stack, 'Imported', 'alias/imported')],
  ])('creates nothing for %s', (_, makeKey) => {
    const stack = newStack();
    streaming(stack, existingInstance(stack), makeKey(stack), KeyAccess.EXTERNAL);

    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });

  test('does not change the policy of a key that the app defines, and the app can reference the role', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const { serviceRoleArn } = streaming(stack, instanceWithRole(stack), key, KeyAccess.EXTERNAL);
    expect(serviceRoleArn).toBe(ROLE_ARN);
    key.addToResourcePolicy(new iam.PolicyStatement({
      sid: `${SID}, added by the app`, principals: [new iam.ArnPrincipal(serviceRoleArn)], actions: ['kms:GenerateDataKey'], resources: ['*'],
    }));

    expect(connectStatements(stack)).toEqual([{ ...STATEMENT, Sid: `${SID}, added by the app` }]);
  });
});

function newParameter(stack: Stack): string {
  return (stack.node.tryFindChild('Lazy') as CfnParameter | undefined ?? new CfnParameter(stack, 'Lazy')).valueAsString;
}

describe('a key in another account', () => {
  const OTHER_ACCOUNT = '999988887777';
  const otherKeyArn = KEY_ARN.replace(ENV.account, OTHER_ACCOUNT);
  const statement = (roleArn?: string) => JSON.stringify({
    Action: 'kms:CreateGrant',
    Condition: { ...roleArn && { StringEquals: { 'kms:GranteePrincipal': roleArn } }, 'ForAllValues:StringEquals': { 'kms:GrantOperations': ['GenerateDataKey'] } },
    Effect: 'Allow',
    Principal: { AWS: ENV.account },
    Resource: '*',
  });
  const keyOfApp = (stack: Stack) => new kms.Key(new Stack(stack.node.root as App, 'Keys', { env: { ...ENV, account: OTHER_ACCOUNT } }), 'Key');

  test.each([KeyAccess.AUTOMATIC, KeyAccess.GRANT])('requires a grant, and a warning describes what its owner must allow: %s', (keyAccess) => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), kms.Key.fromKeyArn(stack, 'Key', otherKeyArn), keyAccess);

    expect(grants(stack)).toEqual([expect.objectContaining({ parameters: expect.objectContaining({ KeyId: otherKeyArn }) as unknown })]);
    Annotations.fromStack(stack).hasWarning('/Stack/Streaming/AgentEvents',
      `AWS CDK cannot determine whether the policy of the key ${otherKeyArn}, which is in another account, allows this account to create a grant. If it does `
      + `not, the deployment fails; ask the key owner to add this statement, then acknowledge this warning: ${statement(ROLE_ARN)}`
      + acknowledgment('createGrantByKeyOwner'));
  });

  test.each<[KeyAccess, (stack: Stack) => aws_connect.IInstanceRef, string | undefined]>([
    [KeyAccess.AUTOMATIC, instanceWithRole, ROLE_ARN],
    [KeyAccess.GRANT, instanceWithRole, ROLE_ARN],
    [KeyAccess.AUTOMATIC, existingInstance, undefined],
    [KeyAccess.AUTOMATIC, newInstance, undefined],
  ])('that the app defines allows the account of the stack to create a grant, and is deployed before it: %s', (keyAccess, makeInstance, roleArn) => {
    const stack = newStack();
    const key = keyOfApp(stack);
    streaming(stack, makeInstance(stack), key, keyAccess);
    const another = kms.Alias.fromAliasAttributes(stack, 'Alias', { aliasName: 'alias/same', aliasTargetKey: key });
    new ConnectDataStreaming(stack, 'Other', {
      instance: instanceWithRole(stack, 'OtherInstance', OTHER_INSTANCE_ARN, ROLE_ARN),
      keyAccess,
      agentEvents: StreamingDestination.kinesisStream(
        kinesis.Stream.fromStreamAttributes(stack, 'OtherStream', { streamArn: STREAM_ARN, encryptionKey: another })),
    });

    const keys = Stack.of(key);
    const [, { Properties }] = theOnly(resources(keys, 'AWS::KMS::Key'));
    const { Statement } = Properties.KeyPolicy as { Statement: object[] };
    expect(Statement.slice(1).map((added) => JSON.stringify(added))).toEqual([...new Set([statement(roleArn), statement(ROLE_ARN)])]);
    expect(grants(stack)).toHaveLength(2);
    expect((grants(stack)[0].parameters as { KeyId: string }).KeyId).toContain("'Fn::GetStackOutput'");
    expect(stack.dependencies).toEqual([keys]);
    expect(types(keys)).not.toContain('Custom::AWS');
    Annotations.fromStack(stack).hasNoWarning('/Stack/Streaming/AgentEvents', Match.anyValue());
  });

  test.each<[string, (stack: Stack) => kms.IKey]>([
    ['imported', (stack) => kms.Key.fromKeyArn(stack, 'Key', otherKeyArn)],
    ['defined by the app', keyOfApp],
  ])('cannot be used with KeyAccess.KEY_POLICY: %s', (_, makeKey) => {
    const stack = newStack();
    expect(() => streaming(stack, instanceWithRole(stack), makeKey(stack), KeyAccess.KEY_POLICY)).toThrow(
      /: it is in another account, 999988887777, where only a grant can allow a service-linked role; use KeyAccess.GRANT$/);
  });

  test('can be used with KeyAccess.EXTERNAL', () => {
    const stack = newStack();
    streaming(stack, instanceWithRole(stack), keyOfApp(stack), KeyAccess.EXTERNAL);
    expect(types(stack)).toEqual(['AWS::Connect::InstanceStorageConfig']);
  });

  test('is not certain if the account of a stack is unknown', () => {
    const app = new App();
    const keys = new Stack(app, 'Keys');
    const stack = new Stack(app, 'Stack');
    streaming(stack, existingInstance(stack), new kms.Key(keys, 'Key'));
    expect(connectStatements(keys)).toHaveLength(1);
  });
});

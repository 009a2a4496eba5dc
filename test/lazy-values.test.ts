/**
 * Lazy values keep the value that they have when they are first evaluated, so constructs must not evaluate them before synthesis.
 */
import { App, aws_kinesis as kinesis, aws_kms as kms, Lazy, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import {
  associations, connectStatements, ENV, existingInstance, INSTANCE_ARN, instanceWithRole, KEY_ARN, newStack, OTHER_INSTANCE_ARN, resources, ROLE_ARN,
  sdkCalls, STREAM_ARN,
} from './support';
import { ConnectDataStreaming, ConnectInstance, DataStreamingMonitoring, StreamingDestination } from '../src';

/** A lazy value that is set after the construct that uses it is created. */
class Later {
  public value?: string;
  public readonly token = Lazy.string({ produce: () => this.value });
}

const ARNS = [INSTANCE_ARN, OTHER_INSTANCE_ARN];

describe('lazy values that are set after construction', () => {
  test('of instance ARNs lead to a lookup, an association and a principal for each instance', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const later = ARNS.map(() => new Later());
    later.forEach(({ token }, index) => new ConnectDataStreaming(stack, `Streaming${index}`, {
      instance: existingInstance(stack, `Instance${index}`, token),
      agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: key }),
    }));
    later.forEach((value, index) => { value.value = ARNS[index]; });

    expect(sdkCalls(stack).map(({ parameters }) => parameters)).toEqual(ARNS.map((InstanceId) => ({ InstanceId })));
    expect(Object.values(associations(stack)).map(({ Properties }) => Properties.InstanceArn)).toEqual(ARNS);
    expect(connectStatements(stack)[0].Principal.AWS).toHaveLength(2);
    const [policy] = Object.values(resources(stack, 'AWS::IAM::Policy'));
    expect(JSON.stringify(policy.Properties.PolicyDocument)).toContain(ARNS[0]);
  });

  test('of instance ids lead to a lookup for each instance', () => {
    const stack = newStack();
    const later = ARNS.map(() => new Later());
    later.forEach(({ token }, index) => new ConnectDataStreaming(stack, `Streaming${index}`, {
      instance: ConnectInstance.fromInstanceId(stack, `Instance${index}`, token), agentEvents: StreamingDestination.newKinesisStream(),
    }));
    later.forEach((value, index) => { value.value = ARNS[index].split('/')[1]; });

    expect(sdkCalls(stack)).toHaveLength(2);
    expect(new Set(sdkCalls(stack).map((call) => JSON.stringify(call))).size).toBe(2);
  });

  test('of role ARNs lead to a principal for each role', () => {
    const stack = newStack();
    const key = new kms.Key(stack, 'Key');
    const later = ARNS.map(() => new Later());
    later.forEach(({ token }, index) => new ConnectDataStreaming(stack, `Streaming${index}`, {
      instance: instanceWithRole(stack, `Instance${index}`, ARNS[index], token),
      agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: key }),
    }));
    later.forEach((value, index) => { value.value = `${ROLE_ARN}${index}`; });

    expect(connectStatements(stack)[0].Principal.AWS).toEqual([`${ROLE_ARN}0`, `${ROLE_ARN}1`]);
  });

  test('of the ARNs of a stream and of its key lead to a grant on the key', () => {
    const stack = newStack();
    const [streamArn, keyArn] = [new Later(), new Later()];
    const encryptionKey = kms.Key.fromKeyArn(stack, 'Key', keyArn.token);
    const stream = kinesis.Stream.fromStreamAttributes(stack, 'Stream', { streamArn: streamArn.token, encryptionKey });
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: instanceWithRole(stack), agentEvents: StreamingDestination.kinesisStream(stream),
    });
    new DataStreamingMonitoring(stack, 'Monitoring', { streaming });
    Object.assign(streamArn, { value: STREAM_ARN });
    Object.assign(keyArn, { value: KEY_ARN });

    expect(sdkCalls(stack).map(({ parameters }) => (parameters as { KeyId: string }).KeyId)).toEqual([KEY_ARN]);
    Template.fromStack(stack).hasResourceProperties('AWS::IAM::Policy', { PolicyDocument: { Statement: [{ Action: 'kms:CreateGrant', Resource: KEY_ARN }] } });
    expect(Object.values(associations(stack))[0].Properties.KinesisStreamConfig).toEqual({ StreamArn: STREAM_ARN });
  });

  test('of an instance ARN create a grant on a key in another stack, because the stack of the instance is unknown', () => {
    const app = new App();
    const [keys, stack] = ['Keys', 'Stack'].map((id) => new Stack(app, id, { env: ENV }));
    const later = new Later();
    new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack, 'Instance', later.token),
      agentEvents: StreamingDestination.newKinesisStream({ encryptionKey: new kms.Key(keys, 'Key') }),
    });
    later.value = INSTANCE_ARN;

    expect(sdkCalls(stack).map(({ action }) => action)).toEqual(['DescribeInstance', 'CreateGrant']);
    expect(connectStatements(keys)).toEqual([]);
  });
});

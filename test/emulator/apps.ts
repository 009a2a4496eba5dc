import { type App, aws_kms as kms, CfnOutput, RemovalPolicies, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { ConnectDataStreaming, type ConnectDataStreamingProps, ConnectInstance, StreamingDestination } from '../../src';
import { newInstance } from '../support';

/** The stack of most scenarios. */
export const STACK = 'Streaming';

export type Props = Partial<ConnectDataStreamingProps> & { readonly keyDescription?: string };

/** An app that creates an instance and streams from it. Its outputs are the ARN of the instance, `InstanceArn`, and more. */
export function newInstanceApp(props: Props, outputs: (streaming: ConnectDataStreaming) => Record<string, string> = () => ({})): (app: App) => void {
  return (app) => {
    const stack = new Stack(app, STACK);
    const instance = newInstance(stack);
    const streaming = addStreaming(stack, { instance, ...props });
    addOutputs(stack, { InstanceArn: instance.attrArn, ...outputs(streaming) });
  };
}

/** An app that streams from existing instances. */
export function existingInstancesApp(instanceArns: string[], props: Props): (app: App) => void {
  return (app) => {
    const stack = new Stack(app, STACK);
    const encryptionKey = new kms.Key(stack, 'SharedKey');
    instanceArns.forEach((arn, index) =>
      addStreaming(stack, { instance: ConnectInstance.fromInstanceArn(stack, `Instance${index}`, arn), encryptionKey, ...props }, `Streaming${index}`));
  };
}

export function addOutputs(stack: Stack, values: Record<string, string>): void {
  for (const [name, value] of Object.entries(values)) new CfnOutput(stack, `${name}Output`, { value }).overrideLogicalId(name);
}

function addStreaming(stack: Stack, { keyDescription, ...props }: Props & Pick<ConnectDataStreamingProps, 'instance'>, id = 'Streaming'): ConnectDataStreaming {
  const encryptionKey = props.encryptionKey ?? new kms.Key(stack, 'Key', { description: keyDescription });
  const streaming = new ConnectDataStreaming(stack, id, { encryptionKey, ...props });
  RemovalPolicies.of(stack).apply(RemovalPolicy.DESTROY);
  return streaming;
}

/** Contact records and agent events to new Kinesis data streams. */
export const TWO_STREAMS = {
  contactRecords: StreamingDestination.newKinesisStream(),
  agentEvents: StreamingDestination.newKinesisStream(),
};

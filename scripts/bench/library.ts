/** The infrastructure, as users of the library write it. */
import { aws_kinesis as kinesis, aws_kms as kms, type Stack } from 'aws-cdk-lib';
import { instanceArn, keyArn, newInstance, roleArn, type Streaming, streamArn, type Variant } from './scenario';
import { ConnectDataStreaming, type ConnectDataStreamingProps, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

export const streamings: Record<Variant, Streaming> = {
  'look-up': (stack, number) => newStreams(stack, number, ConnectInstance.fromInstanceArn(stack, `Instance${number}`, instanceArn(number))),
  'known role': (stack, number) => newStreams(stack, number, ConnectInstance.fromInstanceAttributes(stack, `Instance${number}`, {
    instanceArn: instanceArn(number),
    serviceRoleArn: roleArn(number),
  })),
  'instance of the app': (stack, number) => newStreams(stack, number, newInstance(stack, number)),
  'grant': existingStreams,
};

function newStreams(stack: Stack, number: number, instance: ConnectDataStreamingProps['instance']): void {
  new ConnectDataStreaming(stack, `Streaming${number}`, {
    instance,
    contactRecords: StreamingDestination.newKinesisStream(),
    agentEvents: StreamingDestination.newKinesisStream(),
  });
}

function existingStreams(stack: Stack, number: number): void {
  const encryptionKey = kms.Key.fromKeyArn(stack, `Key${number}`, keyArn(number));
  const existing = (id: string, name: string) => StreamingDestination.kinesisStream(kinesis.Stream.fromStreamAttributes(stack, `${id}${number}`, {
    streamArn: streamArn(number, name),
    encryptionKey,
  }));
  new ConnectDataStreaming(stack, `Streaming${number}`, {
    instance: ConnectInstance.fromInstanceArn(stack, `Instance${number}`, instanceArn(number)),
    contactRecords: existing('ContactRecords', 'contact-records'),
    agentEvents: existing('AgentEvents', 'agent-events'),
  });
}

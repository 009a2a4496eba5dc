/** The infrastructure defined with the library. */
import { aws_kinesis as kinesis, aws_kms as kms, type Stack } from 'aws-cdk-lib';
import { type AddStreaming, instanceArn, keyArn, newInstance, roleArn, streamArn, type Variant } from './scenario';
import { ConnectDataStreaming, type ConnectDataStreamingProps, ConnectInstance, StreamingDestination } from 'cdk-connect-data-streaming';

export const variants: Record<Variant, AddStreaming> = {
  'lookup at deployment': (stack, number) =>
    addWithNewStreams(stack, number, ConnectInstance.fromInstanceArn(stack, `Instance${number}`, instanceArn(number))),
  'known role': (stack, number) => addWithNewStreams(stack, number, ConnectInstance.fromInstanceAttributes(stack, `Instance${number}`, {
    instanceArn: instanceArn(number),
    serviceRoleArn: roleArn(number),
  })),
  'new instance': (stack, number) => addWithNewStreams(stack, number, newInstance(stack, number)),
  'imported key': addWithExistingStreams,
};

function addWithNewStreams(stack: Stack, number: number, instance: ConnectDataStreamingProps['instance']): void {
  new ConnectDataStreaming(stack, `Streaming${number}`, {
    instance,
    contactRecords: StreamingDestination.newKinesisStream(),
    agentEvents: StreamingDestination.newKinesisStream(),
  });
}

function addWithExistingStreams(stack: Stack, number: number): void {
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

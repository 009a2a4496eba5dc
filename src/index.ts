export { ConnectDataStreaming, type ConnectDataStreamingProps } from './connect-data-streaming';
export { ConnectInstance, type ConnectInstanceAttributes } from './connect-instance';
export {
  DeliveryStreamDestination,
  KinesisStreamDestination,
  type NewDeliveryStreamProps,
  StreamingDestination,
} from './streaming-destination';

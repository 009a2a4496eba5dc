export { ConnectDataStreaming, type ConnectDataStreamingProps } from './connect-data-streaming';
export { ConnectInstance, type ConnectInstanceAttributes, type ConnectInstanceLookupOptions } from './connect-instance';
export { KeyAccess } from './key-access';
export {
  DeliveryStreamDestination,
  KinesisStreamDestination,
  type NewDeliveryStreamProps,
  StreamingDestination,
} from './streaming-destination';

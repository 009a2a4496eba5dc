export { ConnectDataStreaming, type ConnectDataStreamingProps } from './connect-data-streaming';
export { ConnectInstance, type ConnectInstanceAttributes, type ConnectInstanceLookupOptions } from './connect-instance';
export { ContactRecordsTable, type ContactRecordsTableProps } from './contact-records-table';
export { DataStreamingAudit, type DataStreamingAuditProps } from './data-streaming-audit';
export { DataStreamingMonitoring, type DataStreamingMonitoringProps } from './data-streaming-monitoring';
export { KeyAccess } from './key-access';
export {
  DeliveryStreamDestination,
  KinesisStreamDestination,
  type NewDeliveryStreamProps,
  StreamingDestination,
} from './streaming-destination';

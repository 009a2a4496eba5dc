export { AgentEventsTable, type AgentEventsTableProps } from './agent-events-table';
export { ChatAnalysisSegmentsTable, type ChatAnalysisSegmentsTableProps } from './chat-analysis-segments-table';
export { ConnectDataStreaming, type ConnectDataStreamingProps } from './connect-data-streaming';
export { ConnectInstance, type ConnectInstanceAttributes, type ConnectInstanceLookupOptions } from './connect-instance';
export { ContactRecordsTable, type ContactRecordsTableProps } from './contact-records-table';
export { DataStreamingAudit, type DataStreamingAuditProps } from './data-streaming-audit';
export { DataStreamingMonitoring, type DataStreamingMonitoringProps } from './data-streaming-monitoring';
export { DataStreamingValidation } from './data-streaming-validation';
export { KeyAccess } from './key-access';
export {
  DeliveryStreamDestination,
  KinesisStreamDestination,
  type NewDeliveryStreamProps,
  StreamingDestination,
} from './streaming-destination';
export { VoiceAnalysisSegmentsTable, type VoiceAnalysisSegmentsTableProps } from './voice-analysis-segments-table';

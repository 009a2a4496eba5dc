/** A data type that an Amazon Connect instance streams. */
export interface DataType {
  /** The id of its construct. Logical ids are derived from it. */
  readonly id: 'ContactRecords' | 'AgentEvents' | 'VoiceAnalysisSegments' | 'ChatAnalysisSegments';
  /** The resource type of its association. */
  readonly resourceType: string;
  /** How messages and descriptions refer to it. */
  readonly label: string;
  /** The name of its table, and the folder of its records in a bucket with hyphens instead of underscores. */
  readonly tableName: 'contact_records' | 'agent_events' | 'voice_analysis_segments' | 'chat_analysis_segments';
  /** The destinations that Amazon Connect supports for it. */
  readonly destinations: ReadonlyArray<'Kinesis data stream' | 'Firehose delivery stream'>;
  /** The prop of `ConnectDataStreaming` for its destination. */
  readonly prop: 'contactRecords' | 'agentEvents' | 'voiceAnalysisSegments' | 'chatAnalysisSegments';
  /** The property of `ConnectDataStreaming` that holds its Kinesis data stream. */
  readonly streamProperty: 'contactRecordsStream' | 'agentEventsStream' | 'voiceAnalysisSegmentsStream' | 'chatAnalysisSegmentsStream';
  /** The property of `ConnectDataStreaming` that holds its delivery stream. */
  readonly deliveryStreamProperty?: 'contactRecordsDeliveryStream';
  /** The prop of `DataStreamingMonitoring` for the longest time without records. */
  readonly noRecordsProp: 'noContactRecordsFor' | 'noAgentEventsFor' | 'noVoiceAnalysisSegmentsFor' | 'noChatAnalysisSegmentsFor';
}

/** @see https://docs.aws.amazon.com/connect/latest/APIReference/API_AssociateInstanceStorageConfig.html */
export const CONTACT_RECORDS: DataType = {
  id: 'ContactRecords',
  resourceType: 'CONTACT_TRACE_RECORDS',
  label: 'contact records',
  tableName: 'contact_records',
  destinations: ['Kinesis data stream', 'Firehose delivery stream'],
  prop: 'contactRecords',
  streamProperty: 'contactRecordsStream',
  deliveryStreamProperty: 'contactRecordsDeliveryStream',
  noRecordsProp: 'noContactRecordsFor',
};

export const AGENT_EVENTS: DataType = {
  id: 'AgentEvents',
  resourceType: 'AGENT_EVENTS',
  label: 'agent events',
  tableName: 'agent_events',
  destinations: ['Kinesis data stream'],
  prop: 'agentEvents',
  streamProperty: 'agentEventsStream',
  noRecordsProp: 'noAgentEventsFor',
};

export const VOICE_ANALYSIS_SEGMENTS: DataType = {
  id: 'VoiceAnalysisSegments',
  resourceType: 'REAL_TIME_CONTACT_ANALYSIS_VOICE_SEGMENTS',
  label: 'voice analysis segments',
  tableName: 'voice_analysis_segments',
  destinations: ['Kinesis data stream'],
  prop: 'voiceAnalysisSegments',
  streamProperty: 'voiceAnalysisSegmentsStream',
  noRecordsProp: 'noVoiceAnalysisSegmentsFor',
};

export const CHAT_ANALYSIS_SEGMENTS: DataType = {
  id: 'ChatAnalysisSegments',
  resourceType: 'REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS',
  label: 'chat analysis segments',
  tableName: 'chat_analysis_segments',
  destinations: ['Kinesis data stream'],
  prop: 'chatAnalysisSegments',
  streamProperty: 'chatAnalysisSegmentsStream',
  noRecordsProp: 'noChatAnalysisSegmentsFor',
};

export const DATA_TYPES: readonly DataType[] = [CONTACT_RECORDS, AGENT_EVENTS, VOICE_ANALYSIS_SEGMENTS, CHAT_ANALYSIS_SEGMENTS];

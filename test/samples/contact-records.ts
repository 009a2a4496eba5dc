/**
 * Contact records as Amazon Connect documents them.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
 */
const INSTANCE = 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111';

interface ContactRecordDelivery {
  /** The day on which Firehose receives the record. */
  readonly day: string;
  readonly record: Record<string, unknown>;
}

const COMMON = {
  AWSAccountId: '111122223333',
  AWSContactTraceRecordFormatVersion: '2017-03-10',
  InstanceARN: INSTANCE,
  InitialContactId: null,
  PreviousContactId: null,
  NextContactId: null,
};

/** A call with all fields of the data model. */
export const ALL_FIELDS = {
  ...COMMON,
  ContactId: '00000000-0000-4000-8000-000000000001',
  Channel: 'VOICE',
  InitiationMethod: 'INBOUND',
  InitiationTimestamp: '2025-03-02T09:58:30Z',
  ConnectedToSystemTimestamp: '2025-03-02T09:58:30Z',
  DisconnectTimestamp: '2025-03-02T10:10:00Z',
  DisconnectReason: 'CUSTOMER_DISCONNECT',
  LastUpdateTimestamp: '2025-03-02T10:12:00Z',
  Agent: {
    ARN: `${INSTANCE}/agent/aaaaaaaa-0000-4000-8000-000000000001`,
    AcceptedByAgentTimestamp: null,
    AfterContactWorkDuration: 45,
    AfterContactWorkEndTimestamp: '2025-03-02T10:10:45Z',
    AfterContactWorkStartTimestamp: '2025-03-02T10:10:00Z',
    AgentInitiatedHoldDuration: 60,
    AgentInteractionDuration: 500,
    AgentPauseDuration: null,
    Capabilities: { Video: 'SEND', ScreenShare: null },
    ConnectedToAgentTimestamp: '2025-03-02T10:00:40Z',
    CustomerHoldDuration: 60,
    DeviceInfo: { PlatformName: 'Chrome', PlatformVersion: '144', OperatingSystem: 'Linux' },
    HierarchyGroups: {
      Level1: { ARN: `${INSTANCE}/agent-group/aaaaaaaa-0000-4000-8000-000000000002`, GroupName: 'Österreich' },
      Level2: { ARN: `${INSTANCE}/agent-group/aaaaaaaa-0000-4000-8000-000000000003`, GroupName: 'Wien' },
      Level3: null,
      Level4: null,
      Level5: null,
    },
    LongestHoldDuration: 40,
    NumberOfHolds: 2,
    PreviewEndTimestamp: null,
    RoutingProfile: { ARN: `${INSTANCE}/routing-profile/aaaaaaaa-0000-4000-8000-000000000004`, Name: 'Everything' },
    StateTransitions: [{ state: 'SILENT_MONITOR', stateStartTimestamp: '2025-03-02T10:01:00Z', stateEndTimestamp: '2025-03-02T10:02:00Z' }],
    Username: 'jörg',
    ActiveRegion: 'us-east-1',
  },
  AgentConnectionAttempts: 2,
  AnsweringMachineDetectionStatus: 'HUMAN_ANSWERED',
  Attributes: { language: 'de', Language: 'another one', greeting: 'Grüß Gott 👋 "quoted" \\ back\nline', empty: '', OrderNumber: '0042' },
  Campaign: { CampaignId: 'aaaaaaaa-0000-4000-8000-000000000005' },
  ChatMetrics: {
    ContactMetrics: {
      MultiParty: true,
      TotalMessages: 12,
      TotalBotMessages: 3,
      TotalBotMessageLengthInChars: 340,
      ConversationCloseTimeInMillis: 8_640_000_000,
      ConversationTurnCount: 4,
      AgentFirstResponseTimestamp: '2025-03-02T10:00:41Z',
      AgentFirstResponseTimeInMillis: 1234,
    },
    AgentMetrics: {
      ParticipantId: 'agent-1',
      ParticipantType: 'Agent',
      ConversationAbandon: false,
      MessagesSent: 5,
      NumResponses: 4,
      MessageLengthInChars: 900,
      TotalResponseTimeInMillis: 9_007_199_254_740_991,
      MaxResponseTimeInMillis: 3000,
      LastMessageTimestamp: '2025-03-02T10:09:00Z',
    },
    CustomerMetrics: null,
  },
  ContactAssociationId: '00000000-0000-4000-8000-000000000001',
  ContactDetails: { topic: 'invoice' },
  ContactEvaluations: {
    'form-1': {
      FormId: 'form-1',
      EvaluationArn: `${INSTANCE}/contact-evaluation/aaaaaaaa-0000-4000-8000-000000000006`,
      Status: 'COMPLETE',
      StartTimestamp: '2025-03-03T08:00:00Z',
      EndTimestamp: '2025-03-03T08:10:00Z',
      DeleteTimestamp: null,
      ExportLocation: 'bucket/evaluations/form-1.json',
    },
  },
  ContactLens: {
    ConversationalAnalytics: {
      Configuration: {
        Enabled: true,
        ChannelConfiguration: { AnalyticsModes: ['PostContact'] },
        LanguageLocale: 'de-DE',
        RedactionConfiguration: { Behavior: 'Enable', Policy: 'RedactedAndOriginal', Entities: ['EMAIL'], MaskMode: 'PII' },
        SentimentConfiguration: { Behavior: 'Enable' },
        SummaryConfiguration: { SummaryModes: ['PostContact'] },
      },
    },
  },
  Customer: { Capabilities: { Video: null, ScreenShare: null } },
  CustomerEndpoint: { Address: '+4315550100', Type: 'TELEPHONE_NUMBER' },
  CustomerId: 'customer-1',
  CustomerVoiceActivity: { GreetingStartTimestamp: '2025-03-02T10:00:40.100Z', GreetingEndTimestamp: '2025-03-02T10:00:41.900Z' },
  DisconnectDetails: { PotentialDisconnectIssue: 'AGENT_CONNECTIVITY_ISSUE' },
  ExternalThirdParty: { ExternalThirdPartyInteractionDuration: 7 },
  GlobalResiliencyMetadata: { ActiveRegion: 'us-east-1', OriginRegion: 'us-east-1', TrafficDistributionGroupId: null },
  LastPausedTimestamp: null,
  LastResumedTimestamp: null,
  MediaStreams: [{ Type: 'AUDIO' }, { Type: 'CHAT' }],
  OutboundStrategy: { Type: 'AGENT_FIRST', Config: { AgentFirst: { Preview: { PostAcceptTimeoutConfig: { DurationInSeconds: 300 } } } } },
  QualityMetrics: {
    Agent: { Audio: { QualityScore: 4.25, PotentialQualityIssues: [] } },
    Customer: { Audio: { QualityScore: 3, PotentialQualityIssues: ['HighPacketLoss', 'HighJitterBuffer'] } },
  },
  Queue: {
    ARN: `${INSTANCE}/queue/aaaaaaaa-0000-4000-8000-000000000007`,
    DequeueTimestamp: '2025-03-02T10:00:40Z',
    Duration: 60,
    EnqueueTimestamp: '2025-03-02T09:59:40Z',
    Name: 'Rückfragen',
  },
  Recording: { DeletionReason: null, Location: 'bucket/recordings/1.wav', Status: 'AVAILABLE', Type: 'AUDIO' },
  Recordings: [{
    DeletionReason: null,
    FragmentStartNumber: '91343852333181432392682062622220590765191907586',
    FragmentStopNumber: null,
    Location: 'bucket/recordings/1.wav',
    MediaStreamType: 'AUDIO',
    ParticipantType: 'All',
    StartTimestamp: '2025-03-02T10:00:40Z',
    Status: 'AVAILABLE',
    StopTimestamp: '2025-03-02T10:10:00Z',
    StorageType: 'S3',
  }],
  References: [{ Name: 'invoice', Type: 'ATTACHMENT', Value: 'https://example.com/1', Status: 'APPROVED' }, { Name: 'page', Type: 'URL', Value: 'https://example.com' }],
  RelatedContactId: null,
  RoutingCriteria: [{
    ActivationTimestamp: '2025-03-02T09:59:40Z',
    Index: 0,
    Steps: [{
      Status: 'JOINED',
      Expiry: { DurationInSeconds: 30, ExpiryTimestamp: '2025-03-02T10:00:10Z' },
      Expression: { OrExpression: [{ AttributeCondition: { Name: 'language', Value: 'de', ProficiencyLevel: 4.0, ComparisonOperator: 'NumberGreaterOrEqualTo' } }] },
    }],
  }],
  ScheduledTimestamp: null,
  SegmentAttributes: { 'connect:Subtype': { ValueString: 'connect:Telephony' }, 'connect:X': { ValueInteger: 3, ValueMap: { a: { ValueString: 'b' } } } },
  SystemEndpoint: { Address: '+18005550100', Type: 'TELEPHONE_NUMBER' },
  Tags: { 'aws:connect:instanceId': 'aaaaaaaa-bbbb-cccc-dddd-111111111111' },
  TotalPauseCount: 0,
  TotalPauseDurationInSeconds: 0,
  TransferCompletedTimestamp: null,
  TransferredToEndpoint: null,
  VoiceIdResult: {
    Authentication: { ScoreThreshold: 90, MinimumSpeechInSeconds: 10, Score: 97, Result: 'Authenticated' },
    FraudDetection: {
      ScoreThreshold: 50,
      Result: 'Low Risk',
      Reasons: ['Known Fraudster'],
      RiskScoreKnownFraudster: 10,
      RiskScoreVoiceSpoofing: 11,
      RiskScoreSyntheticSpeech: 12,
      GeneratedFraudsterID: 'fraudster-1',
      WatchlistID: 'watchlist-1',
    },
    GeneratedSpeakerId: 'speaker-1',
    SpeakerEnrolled: true,
    SpeakerOptedOut: false,
  },
  WisdomInfo: { SessionArn: 'arn:aws:wisdom:us-east-1:111122223333:session/1/2' },
};

/** An earlier version of the same call. */
const EARLIER_VERSION = {
  ...ALL_FIELDS,
  LastUpdateTimestamp: '2025-03-02T10:10:05Z',
  Agent: { ...ALL_FIELDS.Agent, AfterContactWorkDuration: null, AfterContactWorkEndTimestamp: null },
  Attributes: {},
};

const ABANDONED = {
  ...COMMON,
  ContactId: '00000000-0000-4000-8000-000000000002',
  Channel: 'VOICE',
  InitiationMethod: 'INBOUND',
  InitiationTimestamp: '2025-03-02T09:10:00Z',
  DisconnectTimestamp: '2025-03-02T09:12:00Z',
  DisconnectReason: 'CUSTOMER_DISCONNECT',
  LastUpdateTimestamp: '2025-03-02T09:12:10Z',
  Agent: null,
  AgentConnectionAttempts: 0,
  Attributes: { language: 'de' },
  Queue: { ARN: `${INSTANCE}/queue/1`, DequeueTimestamp: '2025-03-02T09:12:00Z', Duration: 110, EnqueueTimestamp: '2025-03-02T09:10:10Z', Name: 'Rückfragen' },
  Recording: null,
  Recordings: null,
  References: [],
};

const CHAT = {
  ...COMMON,
  ContactId: '00000000-0000-4000-8000-000000000003',
  Channel: 'CHAT',
  InitiationMethod: 'API',
  InitiationTimestamp: '2025-03-02T23:59:59Z',
  DisconnectTimestamp: '2025-03-03T00:20:00Z',
  LastUpdateTimestamp: '2025-03-03T00:21:00Z',
  Agent: { Username: 'ann', ConnectedToAgentTimestamp: '2025-03-03T00:00:30Z', AgentInteractionDuration: 1170, AfterContactWorkDuration: 31, CustomerHoldDuration: null },
  Attributes: { language: 'en' },
  Queue: { EnqueueTimestamp: '2025-03-03T00:00:00Z', Name: 'Sales' },
};

/** A task that was never in a queue, with fields that the data model does not contain. */
const TASK = {
  ContactId: '00000000-0000-4000-8000-000000000004',
  Channel: 'TASK',
  InitiationMethod: 'API',
  InitiationTimestamp: '2025-03-01T08:00:00Z',
  LastUpdateTimestamp: '2025-03-04T08:00:00Z',
  Attributes: null,
  Queue: null,
  AdditionalEmailRecipients: { ToAddresses: ['jo@example.com'] },
  UnknownField: { nested: [{ deep: [1, 2.5, null, 'x'] }], ContactId: 'not this one' },
  AnotherUnknownField: 3,
};

/** Deliveries out of order and with duplicates: the newest version of the call is delivered first, the oldest twice and a week later. */
export const DELIVERIES: ContactRecordDelivery[] = [
  { day: '2025-03-02', record: ALL_FIELDS },
  { day: '2025-03-02', record: ABANDONED },
  { day: '2025-03-09', record: EARLIER_VERSION },
  { day: '2025-03-09', record: EARLIER_VERSION },
  { day: '2025-03-03', record: CHAT },
  { day: '2025-03-03', record: CHAT },
  { day: '2025-03-04', record: TASK },
];

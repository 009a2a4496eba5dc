/**
 * The contact records data model as table columns, with the field names of Amazon Connect. Fields without a fixed schema are
 * omitted: expressions in routing criteria, lists and maps in segment attributes, and additional email recipients.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
 */

const STRING = 'string';
const TIMESTAMP = 'string'; // ISO 8601 in UTC, which sorts by time; Hive timestamps do not support time zones
const INTEGER = 'int';
const LONG = 'bigint';
const DOUBLE = 'double';
const BOOLEAN = 'boolean';

const array = (element: string) => `array<${element}>`;
const map = (value: string) => `map<${STRING},${value}>`;
const struct = (fields: Record<string, string>) => `struct<${Object.entries(fields).map(([name, type]) => `${hiveName(name)}:${type}`).join(',')}>`;

/** Hive, and therefore AWS Glue and Athena, support lowercase names only. */
function hiveName(name: string): string {
  return name.toLowerCase();
}

const ENDPOINT = struct({ Address: STRING, Type: STRING });
const CAPABILITIES = struct({ Video: STRING, ScreenShare: STRING });
const HIERARCHY_GROUP = struct({ ARN: STRING, GroupName: STRING });
const AUDIO_QUALITY = struct({ Audio: struct({ QualityScore: DOUBLE, PotentialQualityIssues: array(STRING) }) });
const PARTICIPANT_METRICS = struct({
  ParticipantId: STRING,
  ParticipantType: STRING,
  ConversationAbandon: BOOLEAN,
  MessagesSent: INTEGER,
  NumResponses: INTEGER,
  MessageLengthInChars: INTEGER,
  TotalResponseTimeInMillis: LONG,
  MaxResponseTimeInMillis: LONG,
  LastMessageTimestamp: TIMESTAMP,
});

const CONTACT_RECORD = {
  ContactId: STRING,
  Channel: STRING,
  InitiationMethod: STRING,
  InitiationTimestamp: TIMESTAMP,
  ConnectedToSystemTimestamp: TIMESTAMP,
  DisconnectTimestamp: TIMESTAMP,
  DisconnectReason: STRING,
  LastUpdateTimestamp: TIMESTAMP,
  Queue: struct({
    ARN: STRING,
    Name: STRING,
    EnqueueTimestamp: TIMESTAMP,
    DequeueTimestamp: TIMESTAMP,
    Duration: INTEGER,
  }),
  Agent: struct({
    ARN: STRING,
    Username: STRING,
    RoutingProfile: struct({ ARN: STRING, Name: STRING }),
    HierarchyGroups: struct({
      Level1: HIERARCHY_GROUP,
      Level2: HIERARCHY_GROUP,
      Level3: HIERARCHY_GROUP,
      Level4: HIERARCHY_GROUP,
      Level5: HIERARCHY_GROUP,
    }),
    AcceptedByAgentTimestamp: TIMESTAMP,
    PreviewEndTimestamp: TIMESTAMP,
    ConnectedToAgentTimestamp: TIMESTAMP,
    AgentInteractionDuration: INTEGER,
    AgentPauseDuration: INTEGER,
    CustomerHoldDuration: INTEGER,
    AgentInitiatedHoldDuration: INTEGER,
    NumberOfHolds: INTEGER,
    LongestHoldDuration: INTEGER,
    AfterContactWorkStartTimestamp: TIMESTAMP,
    AfterContactWorkEndTimestamp: TIMESTAMP,
    AfterContactWorkDuration: INTEGER,
    Capabilities: CAPABILITIES,
    DeviceInfo: struct({ PlatformName: STRING, PlatformVersion: STRING, OperatingSystem: STRING }),
    StateTransitions: array(struct({ State: STRING, StateStartTimestamp: TIMESTAMP, StateEndTimestamp: TIMESTAMP })),
  }),
  AgentConnectionAttempts: INTEGER,
  Attributes: map(STRING),
  SegmentAttributes: map(struct({ ValueString: STRING, ValueInteger: INTEGER, ValueArn: STRING })),
  Tags: map(STRING),
  CustomerEndpoint: ENDPOINT,
  SystemEndpoint: ENDPOINT,
  TransferCompletedTimestamp: TIMESTAMP,
  TransferredToEndpoint: ENDPOINT,
  InitialContactId: STRING,
  PreviousContactId: STRING,
  NextContactId: STRING,
  RelatedContactId: STRING,
  ContactAssociationId: STRING,
  CustomerId: STRING,
  Customer: struct({ Capabilities: CAPABILITIES }),
  ExternalThirdParty: struct({ ExternalThirdPartyInteractionDuration: INTEGER }),
  ScheduledTimestamp: TIMESTAMP,
  LastPausedTimestamp: TIMESTAMP,
  LastResumedTimestamp: TIMESTAMP,
  TotalPauseCount: INTEGER,
  TotalPauseDurationInSeconds: INTEGER,
  ContactDetails: map(STRING),
  References: array(struct({ Name: STRING, Type: STRING, Value: STRING, Status: STRING })),
  MediaStreams: array(struct({ Type: STRING })),
  Recording: struct({ Type: STRING, Status: STRING, Location: STRING, DeletionReason: STRING }),
  Recordings: array(struct({
    MediaStreamType: STRING,
    ParticipantType: STRING,
    StorageType: STRING,
    Status: STRING,
    Location: STRING,
    DeletionReason: STRING,
    StartTimestamp: TIMESTAMP,
    StopTimestamp: TIMESTAMP,
    FragmentStartNumber: STRING,
    FragmentStopNumber: STRING,
  })),
  ChatMetrics: struct({
    ContactMetrics: struct({
      MultiParty: BOOLEAN,
      TotalMessages: INTEGER,
      TotalBotMessages: INTEGER,
      TotalBotMessageLengthInChars: INTEGER,
      ConversationCloseTimeInMillis: LONG,
      ConversationTurnCount: INTEGER,
      AgentFirstResponseTimestamp: TIMESTAMP,
      AgentFirstResponseTimeInMillis: LONG,
    }),
    AgentMetrics: PARTICIPANT_METRICS,
    CustomerMetrics: PARTICIPANT_METRICS,
  }),
  QualityMetrics: struct({ Agent: AUDIO_QUALITY, Customer: AUDIO_QUALITY }),
  DisconnectDetails: struct({ PotentialDisconnectIssue: STRING }),
  ContactLens: struct({
    ConversationalAnalytics: struct({
      Configuration: struct({
        Enabled: BOOLEAN,
        ChannelConfiguration: struct({ AnalyticsModes: array(STRING) }),
        LanguageLocale: STRING,
        RedactionConfiguration: struct({ Behavior: STRING, Policy: STRING, Entities: array(STRING), MaskMode: STRING }),
        SentimentConfiguration: struct({ Behavior: STRING }),
        SummaryConfiguration: struct({ SummaryModes: array(STRING) }),
      }),
    }),
  }),
  ContactEvaluations: map(struct({
    FormId: STRING,
    EvaluationArn: STRING,
    Status: STRING,
    StartTimestamp: TIMESTAMP,
    EndTimestamp: TIMESTAMP,
    DeleteTimestamp: TIMESTAMP,
    ExportLocation: STRING,
  })),
  RoutingCriteria: array(struct({
    ActivationTimestamp: TIMESTAMP,
    Index: INTEGER,
    Steps: array(struct({ Status: STRING, Expiry: struct({ DurationInSeconds: INTEGER, ExpiryTimestamp: TIMESTAMP }) })),
  })),
  Campaign: struct({ CampaignId: STRING }),
  OutboundStrategy: struct({ Type: STRING }),
  AnsweringMachineDetectionStatus: STRING,
  CustomerVoiceActivity: struct({ GreetingStartTimestamp: TIMESTAMP, GreetingEndTimestamp: TIMESTAMP }),
  WisdomInfo: struct({ SessionArn: STRING }),
  VoiceIdResult: struct({
    Authentication: struct({ ScoreThreshold: INTEGER, MinimumSpeechInSeconds: INTEGER, Score: INTEGER, Result: STRING }),
    FraudDetection: struct({
      ScoreThreshold: INTEGER,
      Result: STRING,
      Reasons: array(STRING),
      RiskScoreKnownFraudster: INTEGER,
      RiskScoreVoiceSpoofing: INTEGER,
      RiskScoreSyntheticSpeech: INTEGER,
      GeneratedFraudsterID: STRING,
      WatchlistID: STRING,
    }),
    GeneratedSpeakerId: STRING,
    SpeakerEnrolled: BOOLEAN,
    SpeakerOptedOut: BOOLEAN,
  }),
  GlobalResiliencyMetadata: struct({ ActiveRegion: STRING, OriginRegion: STRING, TrafficDistributionGroupId: STRING }),
  InstanceARN: STRING,
  AWSAccountId: STRING,
  AWSContactTraceRecordFormatVersion: STRING,
};

/** The columns of the AWS Glue table. */
export const CONTACT_RECORD_COLUMNS = Object.entries(CONTACT_RECORD).map(([name, type]) => ({ name: hiveName(name), type }));

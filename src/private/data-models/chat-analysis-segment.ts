import type { DataModel } from './data-model';
import { array, map, oneOf, required, STRING, struct, TIMESTAMP } from './field-types';
import { ANALYSIS_EVENT_TYPES, CHARACTER_OFFSETS, POST_CONTACT_SUMMARY } from './shared-types';

const TIME = struct({ AbsoluteTime: TIMESTAMP });
const TRANSCRIPT_ITEM = { Id: STRING, CharacterOffsets: CHARACTER_OFFSETS };
const PARTICIPANT = { Id: STRING, ParticipantId: STRING, ParticipantRole: STRING, DisplayName: STRING };

const SEGMENT = struct({
  Transcript: struct({
    ...PARTICIPANT,
    Content: STRING,
    ContentType: STRING,
    Time: TIME,
    Sentiment: STRING,
    Redaction: struct({ CharacterOffsets: array(CHARACTER_OFFSETS) }),
  }),
  Categories: struct({
    MatchedDetails: map(struct({ PointsOfInterest: array(struct({ TranscriptItems: array(struct(TRANSCRIPT_ITEM)) })) })),
  }),
  Issues: struct({
    IssuesDetected: array(struct({ TranscriptItems: array(struct({ ...TRANSCRIPT_ITEM, Content: STRING })) })),
  }),
  Event: struct({ ...PARTICIPANT, EventType: STRING, Time: TIME }),
  Attachments: struct({
    ...PARTICIPANT,
    Attachments: array(struct({ AttachmentId: STRING, AttachmentName: STRING, ContentType: STRING, Status: STRING })),
    Time: TIME,
  }),
  PostContactSummary: POST_CONTACT_SUMMARY,
});

const SETTINGS = struct({
  LanguageCode: STRING,
  Output: STRING,
  RedactionTypes: array(STRING),
  RedactionTypesMetadata: map(struct({ RedactionMaskMode: STRING })),
});

export const CHAT_ANALYSIS_SEGMENT: DataModel = {
  name: 'ChatAnalysisSegment',
  schemaFile: 'chat-analysis-segment.json',
  description: 'An event of Amazon Connect with contact analysis segments of a chat contact',
  documentation: 'https://docs.aws.amazon.com/connect/latest/adminguide/chat-real-time-contact-analysis-segment-streams-data-model.html',
  record: struct({
    ContactId: required(STRING),
    StreamingEventType: required(oneOf(...ANALYSIS_EVENT_TYPES)),
    Channel: required(STRING),
    OutputType: STRING,
    Segments: array(SEGMENT),
    StreamingSettings: SETTINGS,
    StreamingEventSettings: SETTINGS, // the name in the documented samples of COMPLETED and FAILED events
    InstanceId: STRING,
    AccountId: required(STRING),
    Version: required(STRING),
  }),
  requiredIf: { field: 'StreamingEventType', value: 'SEGMENTS', required: 'Segments' },
};

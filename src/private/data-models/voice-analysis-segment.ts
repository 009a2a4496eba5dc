import type { DataModel } from './data-model';
import { array, INTEGER, map, oneOf, required, STRING, struct } from './field-types';
import { ANALYSIS_EVENT_TYPES, CHARACTER_OFFSETS, POST_CONTACT_SUMMARY } from './shared-types';

const SEGMENT = struct({
  Utterance: struct({
    Id: STRING,
    TranscriptId: STRING,
    ParticipantId: STRING,
    ParticipantRole: STRING,
    PartialContent: STRING,
    BeginOffsetMillis: INTEGER,
    EndOffsetMillis: INTEGER,
  }),
  Transcript: struct({
    Id: STRING,
    ParticipantId: STRING,
    ParticipantRole: STRING,
    Content: STRING,
    BeginOffsetMillis: INTEGER,
    EndOffsetMillis: INTEGER,
    Sentiment: STRING,
    IssuesDetected: array(struct({ CharacterOffsets: CHARACTER_OFFSETS })),
  }),
  Categories: struct({
    MatchedCategories: array(STRING),
    MatchedDetails: map(struct({ PointsOfInterest: array(struct({ BeginOffsetMillis: INTEGER, EndOffsetMillis: INTEGER })) })),
  }),
  PostContactSummary: POST_CONTACT_SUMMARY,
});

export const VOICE_ANALYSIS_SEGMENT: DataModel = {
  name: 'VoiceAnalysisSegment',
  schemaFile: 'voice-analysis-segment.json',
  description: 'An event of Amazon Connect with contact analysis segments of a voice contact',
  documentation: 'https://docs.aws.amazon.com/connect/latest/adminguide/real-time-contact-analysis-segment-streams-data-model.html',
  record: struct({
    ContactId: required(STRING),
    EventType: required(oneOf(...ANALYSIS_EVENT_TYPES)),
    Channel: required(STRING),
    Segments: array(SEGMENT),
    LanguageCode: STRING,
    InstanceId: STRING,
    AccountId: required(STRING),
    Version: required(STRING),
  }),
  requiredIf: { field: 'EventType', value: 'SEGMENTS', required: 'Segments' },
};

/**
 * Events with contact analysis segments as Amazon Connect documents them. The events of voice and chat contacts have different
 * envelopes.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/contact-analysis-segment-streams.html
 */
import type { ChatAnalysisSegment, VoiceAnalysisSegment } from 'cdk-connect-data-streaming/schemas';

const ACCOUNT = { AccountId: '111122223333', InstanceId: 'aaaaaaaa-bbbb-cccc-dddd-111111111111' };

const SUMMARY = { PostContactSummary: { Content: 'The customer asked for an invoice.', Status: 'COMPLETED', FailureCode: null } };

const VOICE = {
  ...ACCOUNT,
  Version: '1.0.0',
  Channel: 'VOICE',
  ContactId: '00000000-0000-4000-8000-000000000001',
  LanguageCode: 'de-AT',
};

/** A segment of each type that voice contacts have. */
export const VOICE_SEGMENTS = {
  ...VOICE,
  EventType: 'SEGMENTS',
  Segments: [
    {
      Utterance: {
        Id: 'utterance-1', TranscriptId: 'voice-1', ParticipantId: 'AGENT', ParticipantRole: 'AGENT', PartialContent: 'Grüß Gott', BeginOffsetMillis: 0, EndOffsetMillis: 900,
      },
    },
    {
      Transcript: {
        Id: 'voice-1', ParticipantId: 'AGENT', ParticipantRole: 'AGENT', Content: 'Grüß Gott, wie kann ich helfen?', BeginOffsetMillis: 0, EndOffsetMillis: 2500, Sentiment: 'NEUTRAL',
      },
    },
    {
      Transcript: {
        Id: 'voice-2',
        ParticipantId: 'CUSTOMER',
        ParticipantRole: 'CUSTOMER',
        Content: 'Meine Rechnung ist falsch, und niemand ruft zurück.',
        BeginOffsetMillis: 2600,
        EndOffsetMillis: 6000,
        Sentiment: 'NEGATIVE',
        IssuesDetected: [
          { CharacterOffsets: { BeginOffsetChar: 0, EndOffsetChar: 25 } },
          { CharacterOffsets: { BeginOffsetChar: 31, EndOffsetChar: 50 } },
        ],
      },
    },
    {
      Categories: {
        MatchedCategories: ['Complaint', 'Billing'],
        MatchedDetails: {
          Complaint: { PointsOfInterest: [{ BeginOffsetMillis: 2600, EndOffsetMillis: 6000 }] },
          Billing: { PointsOfInterest: [] },
        },
      },
    },
    SUMMARY,
  ],
} satisfies VoiceAnalysisSegment;

/** The events of a call, in order. The second one adds a positive transcript. */
export const VOICE_EVENTS: VoiceAnalysisSegment[] = [
  { ...VOICE, EventType: 'STARTED' },
  VOICE_SEGMENTS,
  {
    ...VOICE,
    EventType: 'SEGMENTS',
    Segments: [{
      Transcript: {
        Id: 'voice-3', ParticipantId: 'CUSTOMER', ParticipantRole: 'CUSTOMER', Content: 'Danke!', BeginOffsetMillis: 9000, EndOffsetMillis: 9500, Sentiment: 'POSITIVE', IssuesDetected: [],
      },
    }],
  },
  { ...VOICE, EventType: 'SEGMENTS', Segments: [] },
  { ...VOICE, EventType: 'COMPLETED' },
];

const SETTINGS = { LanguageCode: 'en-US', Output: 'RedactedAndRaw', RedactionTypes: ['PII'], RedactionTypesMetadata: { PII: { RedactionMaskMode: 'PII' } } };

const CHAT = {
  ...ACCOUNT,
  Version: '2.0.0',
  Channel: 'CHAT',
  ContactId: '00000000-0000-4000-8000-000000000003',
};

const CUSTOMER = { ParticipantId: 'customer-1', ParticipantRole: 'CUSTOMER', DisplayName: 'Customer' };
const TIME = { AbsoluteTime: '2025-03-03T00:01:00.000Z' };
const OFFSETS = { BeginOffsetChar: 0, EndOffsetChar: 19 };

/** A segment of each type that chat contacts have. */
export const CHAT_SEGMENTS = {
  ...CHAT,
  OutputType: 'Redacted',
  StreamingEventType: 'SEGMENTS',
  StreamingSettings: SETTINGS,
  Segments: [
    {
      Transcript: {
        ...CUSTOMER,
        Id: 'chat-1',
        Content: 'My order is missing, I am [PII]',
        ContentType: 'text/plain',
        Time: TIME,
        Sentiment: 'NEGATIVE',
        Redaction: { CharacterOffsets: [{ BeginOffsetChar: 26, EndOffsetChar: 31 }] },
      },
    },
    { Categories: { MatchedDetails: { Delivery: { PointsOfInterest: [{ TranscriptItems: [{ Id: 'chat-1', CharacterOffsets: OFFSETS }] }] } } } },
    { Issues: { IssuesDetected: [{ TranscriptItems: [{ Id: 'chat-1', Content: 'My order is missing', CharacterOffsets: OFFSETS }] }] } },
    {
      Attachments: {
        ...CUSTOMER, Id: 'attachment-1', Time: TIME, Attachments: [{ AttachmentId: 'file-1', AttachmentName: 'order.pdf', ContentType: 'application/pdf', Status: 'APPROVED' }],
      },
    },
    { Event: { ...CUSTOMER, Id: 'event-1', EventType: 'application/vnd.amazonaws.connect.event.participant.left', Time: TIME } },
    SUMMARY,
  ],
} satisfies ChatAnalysisSegment;

/** The events of a chat, in order. The documented samples name the settings of the last event differently. */
export const CHAT_EVENTS: ChatAnalysisSegment[] = [
  { ...CHAT, StreamingEventType: 'STARTED', StreamingSettings: SETTINGS },
  CHAT_SEGMENTS,
  { ...CHAT_SEGMENTS, OutputType: 'Raw' },
  { ...CHAT, StreamingEventType: 'COMPLETED', StreamingEventSettings: SETTINGS },
];

export const FAILED = {
  voice: { ...VOICE, EventType: 'FAILED' } satisfies VoiceAnalysisSegment,
  chat: { ...CHAT, StreamingEventType: 'FAILED', StreamingSettings: SETTINGS } satisfies ChatAnalysisSegment,
};

import { INTEGER, STRING, struct } from './field-types';

/** How an instance with Amazon Connect Global Resiliency routed a contact. */
export const GLOBAL_RESILIENCY_METADATA = struct({ ActiveRegion: STRING, OriginRegion: STRING, TrafficDistributionGroupId: STRING });

/** A part of the text of a conversation. */
export const CHARACTER_OFFSETS = struct({ BeginOffsetChar: INTEGER, EndOffsetChar: INTEGER });

/** The summary of a contact after its end, by generative AI. */
export const POST_CONTACT_SUMMARY = struct({ Content: STRING, Status: STRING, FailureCode: STRING });

/** The types of events with contact analysis segments. */
export const ANALYSIS_EVENT_TYPES = ['STARTED', 'SEGMENTS', 'COMPLETED', 'FAILED'];

import type { Struct } from './field-types';

/** The records of a data type. The table columns, the JSON Schema and the TypeScript type are derived from it. */
export interface DataModel {
  /** The name of the TypeScript type. */
  readonly name: 'ContactRecord' | 'AgentEvent' | 'VoiceAnalysisSegment' | 'ChatAnalysisSegment';
  /** The file of the JSON Schema. */
  readonly schemaFile: string;
  readonly description: string;
  /** The page of the AWS documentation that describes the records. */
  readonly documentation: string;
  readonly record: Struct;
  /** A field that is required if another field has a certain value. */
  readonly requiredIf?: { readonly field: string; readonly value: string; readonly required: string };
}

import { jsonSchema } from './json-schema';
import { typeDeclarations } from './type-declarations';
import { AGENT_EVENT } from '../../src/private/data-models/agent-event';
import { CHAT_ANALYSIS_SEGMENT } from '../../src/private/data-models/chat-analysis-segment';
import { CONTACT_RECORD } from '../../src/private/data-models/contact-record';
import { VOICE_ANALYSIS_SEGMENT } from '../../src/private/data-models/voice-analysis-segment';

export const MODELS = [CONTACT_RECORD, AGENT_EVENT, VOICE_ANALYSIS_SEGMENT, CHAT_ANALYSIS_SEGMENT];

/** The files of the folder `schemas` by name. */
export function schemaFiles(): Record<string, string> {
  return {
    ...Object.fromEntries(MODELS.map((model) => [model.schemaFile, `${JSON.stringify(jsonSchema(model), undefined, 2)}\n`])),
    'index.d.ts': typeDeclarations(MODELS),
  };
}

export type { FieldType } from '../../src/private/data-models/field-types';

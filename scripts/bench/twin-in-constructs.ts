/** The twin, with its resources where the library has them: in a construct for the streaming, and in one for each kind of data. */
import type { Stack } from 'aws-cdk-lib';
import { Construct } from 'constructs';
import { type Places, twin } from './twin';

export const streamings = twin((stack, number) => {
  new Construct(stack, `ConnectInstance${number}`);
  return placesIn(stack, `Streaming${number}`);
});

function placesIn(stack: Stack, id: string): Places {
  const streaming = new Construct(stack, id);
  const contactRecords = new Construct(streaming, 'ContactRecords');
  const agentEvents = new Construct(streaming, 'AgentEvents');
  return {
    key: [streaming, 'Key'],
    streams: { ContactRecords: [contactRecords, 'Stream'], AgentEvents: [agentEvents, 'Stream'] },
    associations: { ContactRecords: [contactRecords, 'Resource'], AgentEvents: [agentEvents, 'Resource'] },
  };
}

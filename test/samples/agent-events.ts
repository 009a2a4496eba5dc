/**
 * Agent events as Amazon Connect documents them.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-stream-model.html
 */
import type { AgentEvent } from 'cdk-connect-data-streaming/schemas';

const INSTANCE = 'arn:aws:connect:us-east-1:111122223333:instance/aaaaaaaa-bbbb-cccc-dddd-111111111111';

type Snapshot = NonNullable<AgentEvent['CurrentAgentSnapshot']>;
type Contact = NonNullable<Snapshot['Contacts']>[number];

/** The configuration of an agent with all optional objects. */
const CONFIGURATION = {
  AgentHierarchyGroups: {
    Level1: { ARN: `${INSTANCE}/agent-group/1`, Name: 'Österreich' },
    Level2: { ARN: `${INSTANCE}/agent-group/2`, Name: 'Wien' },
    Level3: null,
    Level4: null,
    Level5: null,
  },
  FirstName: 'Jörg',
  LastName: 'Huber',
  Proficiencies: [{ Level: 3.5, Name: 'language', Value: 'de' }, { Level: 5, Name: 'product', Value: 'Loans' }],
  RoutingProfile: {
    ARN: `${INSTANCE}/routing-profile/1`,
    Concurrency: [{ AvailableSlots: 2, Channel: 'CHAT', MaximumSlots: 3 }, { AvailableSlots: 0, Channel: 'VOICE', MaximumSlots: 1 }],
    DefaultOutboundQueue: { ARN: `${INSTANCE}/queue/1`, Channels: ['VOICE'], Name: 'Rückfragen' },
    InboundQueues: [
      { ARN: `${INSTANCE}/queue/agent/1`, Channels: ['VOICE', 'CHAT'], Name: null }, // the queue of an agent has no name
      { ARN: `${INSTANCE}/queue/1`, Channels: ['VOICE'], Name: 'Rückfragen' },
    ],
    Name: 'Everything',
  },
  AgentCrossRegionRoutingConfiguration: { ActiveRegion: 'us-east-1' },
};

export const CONTACT = {
  Channel: 'VOICE',
  ConnectedToAgentTimestamp: null,
  ContactId: '00000000-0000-4000-8000-000000000001',
  InitialContactId: null,
  InitiationMethod: 'INBOUND',
  Queue: { ARN: `${INSTANCE}/queue/1`, Channels: ['VOICE'], Name: 'Rückfragen' },
  QueueTimestamp: '2025-03-02T09:59:40.000Z',
  State: 'CONNECTING',
  StateStartTimestamp: '2025-03-02T10:00:00.000Z',
  GlobalResiliencyMetadata: { ActiveRegion: 'us-east-1', OriginRegion: 'us-west-2', TrafficDistributionGroupId: null },
} satisfies Contact;

/** A change of state with all fields of the data model. */
export const ALL_FIELDS = {
  AWSAccountId: '111122223333',
  AgentARN: `${INSTANCE}/agent/jo`,
  CurrentAgentSnapshot: {
    AgentStatus: { ARN: `${INSTANCE}/agent-state/1`, Name: 'Available', StartTimestamp: '2025-03-02T09:00:00.000Z', Type: 'ROUTABLE' },
    Configuration: { ...CONFIGURATION, HierarchyGroups: CONFIGURATION.AgentHierarchyGroups, Username: 'jörg' },
    Contacts: [CONTACT],
    NextAgentStatus: { ARN: `${INSTANCE}/agent-state/2`, EnqueuedTimestamp: '2025-03-02T10:05:00.000Z', EnqueueTimestamp: null, Name: 'Lunch' },
    AgentCrossRegionRoutingConfiguration: { ActiveRegion: 'us-east-1' },
  },
  EventId: 'event-1',
  EventTimestamp: '2025-03-02T10:00:00.123Z',
  EventType: 'STATE_CHANGE',
  InstanceARN: INSTANCE,
  PreviousAgentSnapshot: {
    AgentStatus: { ARN: `${INSTANCE}/agent-state/3`, Name: 'Offline', StartTimestamp: '2025-03-01T17:00:00.000Z', Type: 'OFFLINE' },
    Configuration: { ...CONFIGURATION, AgentHierarchyGroups: null, HierarchyGroups: null, Username: 'jörg' },
    Contacts: [],
    NextAgentStatus: null,
    AgentCrossRegionRoutingConfiguration: null,
  },
  Version: '2017-10-01',
} satisfies AgentEvent;

/** A login, before which the agent had no snapshot. */
export const LOGIN = { ...event('login', 'ann', '2025-03-02T08:00:00.000Z', 'Offline', '2025-03-01T17:30:00.000Z', 'LOGIN'), PreviousAgentSnapshot: null };

/** An event of an agent with a status, and the contacts that the agent handles. */
export function event(
  EventId: string, agent: string, EventTimestamp: string, Name: string, StartTimestamp: string, EventType: AgentEvent['EventType'] = 'STATE_CHANGE',
  Contacts: Contact[] = [],
): AgentEvent {
  return {
    ...ALL_FIELDS,
    AgentARN: `${INSTANCE}/agent/${agent}`,
    CurrentAgentSnapshot: {
      AgentStatus: { ARN: `${INSTANCE}/agent-state/${Name}`, Name, StartTimestamp, Type: 'CUSTOM' },
      Configuration: { ...CONFIGURATION, Username: agent },
      Contacts,
    },
    EventId,
    EventTimestamp,
    EventType,
  };
}

import type { DataModel } from './data-model';
import { array, DOUBLE, INTEGER, oneOf, required, STRING, struct, TIMESTAMP } from './field-types';
import { GLOBAL_RESILIENCY_METADATA } from './shared-types';

const QUEUE = struct({ ARN: STRING, Name: STRING, Channels: array(STRING) });
const HIERARCHY_GROUP = struct({ ARN: STRING, Name: STRING });
const HIERARCHY_GROUPS = struct({
  Level1: HIERARCHY_GROUP,
  Level2: HIERARCHY_GROUP,
  Level3: HIERARCHY_GROUP,
  Level4: HIERARCHY_GROUP,
  Level5: HIERARCHY_GROUP,
});
const CROSS_REGION_ROUTING = struct({ ActiveRegion: STRING });

const AGENT_SNAPSHOT = struct({
  AgentStatus: struct({ ARN: STRING, Name: STRING, StartTimestamp: TIMESTAMP, Type: STRING }),
  // The sample in the documentation has named the timestamp `EnqueueTimestamp` too.
  NextAgentStatus: struct({ ARN: STRING, Name: STRING, EnqueuedTimestamp: TIMESTAMP, EnqueueTimestamp: TIMESTAMP }),
  Configuration: struct({
    FirstName: STRING,
    LastName: STRING,
    Username: STRING,
    // The summary of the documentation names the groups `HierarchyGroups`, the data model and the sample `AgentHierarchyGroups`.
    AgentHierarchyGroups: HIERARCHY_GROUPS,
    HierarchyGroups: HIERARCHY_GROUPS,
    Proficiencies: array(struct({ Name: STRING, Value: STRING, Level: DOUBLE })),
    RoutingProfile: struct({
      ARN: STRING,
      Name: STRING,
      InboundQueues: array(QUEUE),
      DefaultOutboundQueue: QUEUE,
      Concurrency: array(struct({ AvailableSlots: INTEGER, Channel: STRING, MaximumSlots: INTEGER })),
    }),
    AgentCrossRegionRoutingConfiguration: CROSS_REGION_ROUTING,
  }),
  Contacts: array(struct({
    ContactId: STRING,
    InitialContactId: STRING,
    Channel: STRING,
    InitiationMethod: STRING,
    State: STRING,
    StateStartTimestamp: TIMESTAMP,
    ConnectedToAgentTimestamp: TIMESTAMP,
    QueueTimestamp: TIMESTAMP,
    Queue: QUEUE,
    GlobalResiliencyMetadata: GLOBAL_RESILIENCY_METADATA,
  })),
  // The documentation does not state which object contains the active Region of the agent.
  AgentCrossRegionRoutingConfiguration: CROSS_REGION_ROUTING,
});

export const AGENT_EVENT: DataModel = {
  name: 'AgentEvent',
  schemaFile: 'agent-event.json',
  description: 'An agent event of Amazon Connect',
  documentation: 'https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-stream-model.html',
  record: struct({
    EventId: required(STRING),
    EventType: required(oneOf('LOGIN', 'LOGOUT', 'STATE_CHANGE', 'HEART_BEAT')),
    EventTimestamp: required(TIMESTAMP),
    AgentARN: required(STRING),
    CurrentAgentSnapshot: AGENT_SNAPSHOT,
    PreviousAgentSnapshot: AGENT_SNAPSHOT,
    InstanceARN: STRING,
    AWSAccountId: STRING,
    Version: STRING,
  }),
};

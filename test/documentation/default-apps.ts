import { App, Stack } from 'aws-cdk-lib';
import { Template as SynthesizedTemplate } from 'aws-cdk-lib/assertions';
import {
  AgentEventsTable, ConnectDataStreaming, ContactRecordsTable, DataStreamingAudit, DataStreamingMonitoring, StreamingDestination,
} from '../../src';
import type { Template } from '../../src/template/template';
import { existingStream } from '../simulation/scenarios';
import { ENV, existingInstance } from '../support';

/** Apps with the default values of the library. The documentation describes their resources and costs. */
export const DEFAULT_APPS = {
  contactRecordsOnly: (stack: Stack) => new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack),
    contactRecords: StreamingDestination.newDeliveryStream(),
  }),
  quickStart: (stack: Stack) => new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack),
    contactRecords: StreamingDestination.newDeliveryStream(),
    agentEvents: StreamingDestination.newKinesisStream(),
  }),
  allDataTypes: (stack: Stack) => new ConnectDataStreaming(stack, 'Streaming', {
    instance: existingInstance(stack),
    contactRecords: StreamingDestination.newKinesisStream(),
    agentEvents: StreamingDestination.newKinesisStream(),
    voiceAnalysisSegments: StreamingDestination.newKinesisStream(),
    chatAnalysisSegments: StreamingDestination.newKinesisStream(),
  }),
  withMonitoring: (stack: Stack) => new DataStreamingMonitoring(stack, 'Monitoring', { streaming: DEFAULT_APPS.quickStart(stack) }),
  withAudit: (stack: Stack) => new DataStreamingAudit(stack, 'Audit', { streaming: DEFAULT_APPS.quickStart(stack) }),
  withTables: (stack: Stack) => {
    const streaming = DEFAULT_APPS.quickStart(stack);
    new ContactRecordsTable(stack, 'ContactRecordsTable', { streaming });
    new AgentEventsTable(stack, 'AgentEventsTable', { streaming });
  },
  /** An app with each type of resource that the library can create. */
  withEverything: (stack: Stack) => {
    const streaming = new ConnectDataStreaming(stack, 'Streaming', {
      instance: existingInstance(stack),
      contactRecords: StreamingDestination.newDeliveryStream(),
      agentEvents: StreamingDestination.newKinesisStream(),
      voiceAnalysisSegments: existingStream(stack), // with a KMS grant
    });
    new DataStreamingMonitoring(stack, 'Monitoring', { streaming });
    new DataStreamingAudit(stack, 'Audit', { streaming });
    new ContactRecordsTable(stack, 'ContactRecordsTable', { streaming });
    new AgentEventsTable(stack, 'AgentEventsTable', { streaming });
  },
};

export function synthesizeDefault(app: keyof typeof DEFAULT_APPS, context: Record<string, unknown> = {}): Template {
  const stack = new Stack(new App({ context }), 'Stack', { env: ENV });
  DEFAULT_APPS[app](stack);
  return SynthesizedTemplate.fromStack(stack).toJSON() as Template;
}

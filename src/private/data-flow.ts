import { Duration } from 'aws-cdk-lib';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { distinctStreams, isSame } from './distinct-streams';
import { requireTime } from './thresholds';
import type { DataStreamingMonitoringProps } from '../data-streaming-monitoring';

/** A stream, and what flows through it. */
export interface DataFlow {
  /** The scope of what watches the stream. */
  readonly scope: Construct;
  /** The kinds of data, as a text has them. */
  readonly data: string;
  readonly kinesisStream?: IStream;
  readonly deliveryStream?: IDeliveryStream;
  /** How long the stream may stay empty. */
  readonly noRecordsFor?: Duration;
}

/** One kind of data, and where it flows. */
type Kind = Omit<DataFlow, 'scope'> & { readonly id: string };

/** Each stream once, under the name of the first kind of data that goes there. */
export function dataFlows(parent: Construct, props: DataStreamingMonitoringProps): DataFlow[] {
  const kinds = kindsOfData(parent, props);
  const streams = distinctStreams(kinds.flatMap(({ kinesisStream }) => kinesisStream ?? []));
  return [
    ...kinds.filter(({ deliveryStream }) => deliveryStream).map((kind) => dataFlow(parent, [kind])),
    ...streams.map((stream) => dataFlow(parent, kinds.filter(({ kinesisStream }) => kinesisStream && isSame(kinesisStream, stream)), stream)),
  ];
}

function dataFlow(parent: Construct, kinds: Kind[], kinesisStream?: IStream): DataFlow {
  const [{ id, deliveryStream }] = kinds;
  return {
    scope: new Construct(parent, id),
    data: kinds.map(({ data }) => data).join(' and '),
    kinesisStream,
    deliveryStream,
    noRecordsFor: kinds.flatMap(({ noRecordsFor }) => noRecordsFor ?? [])
      .sort((one, other) => one.toMilliseconds() - other.toMilliseconds())[0],
  };
}

function kindsOfData(scope: Construct, props: DataStreamingMonitoringProps): Kind[] {
  const { streaming, noContactRecordsFor, noAgentEventsFor, noVoiceAnalysisSegmentsFor, noChatAnalysisSegmentsFor } = props;
  const kinds: Kind[] = [
    {
      id: 'ContactRecords',
      data: 'contact records',
      kinesisStream: streaming.contactRecordsStream,
      deliveryStream: streaming.contactRecordsDeliveryStream,
      noRecordsFor: noContactRecordsFor,
    },
    { id: 'AgentEvents', data: 'agent events', kinesisStream: streaming.agentEventsStream, noRecordsFor: noAgentEventsFor },
    {
      id: 'VoiceAnalysisSegments',
      data: 'voice analysis segments',
      kinesisStream: streaming.voiceAnalysisSegmentsStream,
      noRecordsFor: noVoiceAnalysisSegmentsFor,
    },
    {
      id: 'ChatAnalysisSegments',
      data: 'chat analysis segments',
      kinesisStream: streaming.chatAnalysisSegmentsStream,
      noRecordsFor: noChatAnalysisSegmentsFor,
    },
  ];
  for (const kind of kinds.filter(({ noRecordsFor }) => noRecordsFor)) {
    const prop = `no${kind.id}For`;
    requireTime(scope, prop, kind.noRecordsFor!, Duration.days(7)); // an alarm looks back a week at most
    if (!isStreamed(kind)) {
      throw new Error(`${scope.node.path}: ${prop} is given, but ${streaming.node.path} streams no ${kind.data}; remove it, or stream them`);
    }
  }
  return kinds.filter(isStreamed);
}

function isStreamed({ kinesisStream, deliveryStream }: Kind): boolean {
  return Boolean(kinesisStream ?? deliveryStream);
}

import type { Duration } from 'aws-cdk-lib';
import { type Alarm, AlarmStatusWidget, Dashboard, type IAlarmAction } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { ConnectDataStreaming } from './connect-data-streaming';
import { dataFlows } from './private/data-flow';
import { watchDeliveryStream } from './private/delivery-stream-watch';
import { watchKinesisStream } from './private/kinesis-stream-watch';
import { thresholds } from './private/thresholds';
import { heading, WIDTH } from './private/watch';

/**
 * What is monitored, whom the alarms tell, and what they put up with.
 */
export interface DataStreamingMonitoringProps {
  /**
   * The streaming to monitor: all streams and the delivery stream that it feeds. It may be in another stack of the same
   * account and Region.
   */
  readonly streaming: ConnectDataStreaming;

  /**
   * What every alarm does when it goes off, such as to tell an SNS topic (`SnsAction`). For what an alarm does when all is
   * well again, there is `addOkAction()` of each of the `alarms`.
   *
   * @default - the alarms tell nobody
   */
  readonly alarmActions?: IAlarmAction[];

  /**
   * The dashboard that the graphs are added to.
   *
   * @default - a new one
   */
  readonly dashboard?: Dashboard;

  /**
   * How many records a stream may refuse within five minutes for want of capacity, before that is an alarm: as many as
   * this are. `WriteProvisionedThroughputExceeded` of a Kinesis data stream counts both `PutRecord` and `PutRecords`, and
   * `ThrottledRecords` of a delivery stream both `PutRecord` and `PutRecordBatch`.
   *
   * @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
   * @default 1
   */
  readonly throttledRecords?: number;

  /**
   * How far the consumers of a Kinesis data stream may be behind: at this age of the last record read, there is an alarm
   * (`GetRecords.IteratorAgeMilliseconds`). It must be less than the retention period of every stream, after which records
   * are lost.
   *
   * Consumers with enhanced fan-out don't count here: they have a `SubscribeToShardEvent.MillisBehindLatest` each.
   *
   * @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
   * @default - half of the retention period of the stream; 12 hours where that is not known, as of an imported stream: 24 is
   * the least that Kinesis retains
   */
  readonly iteratorAge?: Duration;

  /**
   * How long a record may wait in the delivery stream to be delivered: at this age of the oldest, there is an alarm
   * (`DataFreshness` of the destination).
   *
   * @see https://docs.aws.amazon.com/firehose/latest/dev/firehose-cloudwatch-metrics-best-practices.html
   * @default - 30 minutes, twice the longest that Firehose buffers
   */
  readonly dataFreshness?: Duration;

  /**
   * Which share of the attempts of a delivery stream to deliver must succeed within 15 minutes: below, there is an alarm
   * (average of `Success` of the destination). More than 0, at most 1.
   *
   * @see https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
   * @default 0.9
   */
  readonly deliverySuccess?: number;

  /**
   * How often a delivery stream may fail to use its KMS key within five minutes, before that is an alarm: as often as this
   * is. There is an alarm for each cause: `KMSKeyAccessDenied`, `KMSKeyDisabled`, `KMSKeyInvalidState` and
   * `KMSKeyNotFound`.
   *
   * @see https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
   * @default 1
   */
  readonly kmsKeyErrors?: number;

  /**
   * For how many periods in a row a threshold has to be crossed, before that is an alarm. A period is five minutes, and 15
   * minutes for `deliverySuccess`. At most 96. It is not for the alarms on no records, which have a time of their own.
   *
   * @default 1
   */
  readonly evaluationPeriods?: number;

  /**
   * For how long no contact records may come, before that is an alarm: from a minute to seven days, beyond a day in whole
   * hours. Choose more than the longest quiet time, nights and holidays included. The alarm goes off after its deployment
   * too, unless records came within the time before. On a stream that several kinds of data
   * share, nobody can tell them apart: the shortest time of them holds for their sum.
   *
   * @default - there is no such alarm
   */
  readonly noContactRecordsFor?: Duration;

  /**
   * For how long no agent events may come, before that is an alarm; see `noContactRecordsFor`. While an agent is logged in
   * there is an event every 120 seconds.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-streams.html
   * @default - there is no such alarm
   */
  readonly noAgentEventsFor?: Duration;

  /**
   * For how long no contact analysis segments of voice contacts may come, before that is an alarm; see
   * `noContactRecordsFor`.
   *
   * @default - there is no such alarm
   */
  readonly noVoiceAnalysisSegmentsFor?: Duration;

  /**
   * For how long no contact analysis segments of chat contacts may come, before that is an alarm; see
   * `noContactRecordsFor`.
   *
   * @default - there is no such alarm
   */
  readonly noChatAnalysisSegmentsFor?: Duration;
}

/**
 * Alarms and a dashboard for everything that a `ConnectDataStreaming` feeds. Each stream is monitored once, even if
 * several kinds of data go there.
 *
 * Missing data is no incident, except where the alarm is on no records.
 */
export class DataStreamingMonitoring extends Construct {
  /**
   * The dashboard: the given one, or the one that this construct made.
   */
  public readonly dashboard: Dashboard;

  private readonly watched: Alarm[];

  /**
   * @throws if a threshold is out of range, if consumers may be further behind than a stream retains its records, or if
   * there is to be an alarm on a kind of data that is not streamed
   */
  constructor(scope: Construct, id: string, props: DataStreamingMonitoringProps) {
    super(scope, id);
    const limits = thresholds(this, props);
    const watches = dataFlows(this, props).map((flow) => flow.kinesisStream
      ? watchKinesisStream(flow, flow.kinesisStream, limits)
      : watchDeliveryStream(flow, flow.deliveryStream!, limits));

    this.watched = watches.flatMap(({ alarms }) => alarms);
    for (const alarm of this.watched) alarm.addAlarmAction(...props.alarmActions ?? []);

    this.dashboard = props.dashboard ?? new Dashboard(this, 'Dashboard');
    this.dashboard.addWidgets(new AlarmStatusWidget({
      title: `Amazon Connect data streaming: ${props.streaming.node.path}`,
      alarms: this.alarms,
      width: WIDTH,
      height: 4,
    }));
    for (const { title, graphs } of watches) {
      this.dashboard.addWidgets(heading(title));
      this.dashboard.addWidgets(...graphs);
    }
  }

  /**
   * All alarms.
   */
  public get alarms(): Alarm[] {
    return [...this.watched];
  }
}

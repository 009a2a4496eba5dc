import type { Duration } from 'aws-cdk-lib';
import { type Alarm, Dashboard, type IAlarmAction, type IWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Construct } from 'constructs';
import type { ConnectDataStreaming } from './connect-data-streaming';
import { isInTree } from './private/common/construct-tree';
import { shortHash } from './private/common/identity';
import { STREAMING, validateStreamsAreLocal } from './private/common/streams';
import type { TableDelivery } from './private/common/table-deliveries';
import { bindingTo, type PropTypes, scopeAndId, validateProps } from './private/common/validation';
import { ALARM_ACTION, BOOLEAN, DASHBOARD, DURATION, listOf, NUMBER, optional } from './private/common/value-types';
import type { StreamMonitoring } from './private/monitoring/alarms';
import { alarmStatus, heading } from './private/monitoring/dashboard';
import { canMonitor } from './private/monitoring/deliveries-to-monitor';
import { monitorDeliveryStream } from './private/monitoring/delivery-stream-alarms';
import { monitorKinesisStream } from './private/monitoring/kinesis-stream-alarms';
import { monitoredStreams } from './private/monitoring/monitored-streams';
import { resolveQuietTimes } from './private/monitoring/quiet-times';
import { monitorTableDelivery } from './private/monitoring/table-delivery-alarms';
import { resolveThresholds, type Thresholds } from './private/monitoring/thresholds';

/**
 * Properties for `DataStreamingMonitoring`.
 */
export interface DataStreamingMonitoringProps {
  /**
   * The construct whose streams and delivery stream are monitored. It can be in another stack of the same account and Region.
   */
  readonly streaming: ConnectDataStreaming;

  /**
   * The actions that each alarm performs when it goes into the ALARM state, such as to notify an SNS topic (`SnsAction`). To
   * perform an action when an alarm returns to the OK state, call `addOkAction()` on each of the `alarms`.
   *
   * @default - no actions
   */
  readonly alarmActions?: IAlarmAction[];

  /**
   * The dashboard that the widgets are added to.
   *
   * @default - a new dashboard
   */
  readonly dashboard?: Dashboard;

  /**
   * The number of throttled records within five minutes at which an alarm goes off. The metric of a Kinesis data stream is
   * `WriteProvisionedThroughputExceeded`, which counts both `PutRecord` and `PutRecords`. The metric of a delivery stream is
   * `ThrottledRecords`, which counts both `PutRecord` and `PutRecordBatch`.
   *
   * @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
   * @default 1
   */
  readonly throttledRecords?: number;

  /**
   * The share of successful calls that put records into a Kinesis data stream within 15 minutes (`PutRecord.Success` and
   * `PutRecords.Success`) below which an alarm goes off. It must be greater than 0 and at most 1.
   *
   * @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
   * @default 0.99
   */
  readonly writeSuccess?: number;

  /**
   * The age of the last record that consumers read from a Kinesis data stream (`GetRecords.IteratorAgeMilliseconds`) at which an
   * alarm goes off. It must be less than the retention period of each stream, because records expire after that period.
   *
   * The metric does not cover consumers with enhanced fan-out: each of these has its own metric,
   * `SubscribeToShardEvent.MillisBehindLatest`.
   *
   * @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
   * @default - half of the retention period of the stream; 12 hours if the retention period is not known, such as for an imported
   * stream, because the shortest retention period of Kinesis Data Streams is 24 hours
   */
  readonly iteratorAge?: Duration;

  /**
   * The number of throttled `GetRecords` calls of a Kinesis data stream within five minutes at which an alarm goes off
   * (`ReadProvisionedThroughputExceeded`). It also applies to the calls of the delivery stream of a table (`ThrottledGetRecords`).
   *
   * @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
   * @default 10
   */
  readonly throttledReads?: number;

  /**
   * The share of successful `GetRecords` calls of a Kinesis data stream within 15 minutes (average of `GetRecords.Success`) below
   * which an alarm goes off. It must be greater than 0 and at most 1.
   *
   * @see https://docs.aws.amazon.com/streams/latest/dev/monitoring-with-cloudwatch.html
   * @default 0.9
   */
  readonly readSuccess?: number;

  /**
   * The age of the oldest record in the delivery stream (`DataFreshness` of the destination) at which an alarm goes off. It also
   * applies to the time by which the delivery stream of a table is behind its Kinesis data stream (`KinesisMillisBehindLatest`).
   *
   * @see https://docs.aws.amazon.com/firehose/latest/dev/firehose-cloudwatch-metrics-best-practices.html
   * @default - 30 minutes, which is twice the longest buffering interval of Firehose
   */
  readonly dataFreshness?: Duration;

  /**
   * The share of successful delivery attempts within 15 minutes (average of `Success` of the destination) below which an alarm
   * goes off. It must be greater than 0 and at most 1.
   *
   * @see https://docs.aws.amazon.com/firehose/latest/dev/monitoring-with-cloudwatch-metrics.html
   * @default 0.9
   */
  readonly deliverySuccess?: number;

  /**
   * The number of KMS errors of a delivery stream within five minutes at which an alarm goes off. There is an alarm for each type
   * of error: `KMSKeyAccessDenied`, `KMSKeyDisabled`, `KMSKeyInvalidState` and `KMSKeyNotFound`. There is none for a delivery stream
   * of this app without a customer managed key.
   *
   * @see https://docs.aws.amazon.com/firehose/latest/dev/encryption.html
   * @default 1
   */
  readonly kmsKeyErrors?: number;

  /**
   * The number of consecutive periods in which a threshold must be crossed before an alarm goes off, at most 96. A period is five
   * minutes, or 15 minutes for `writeSuccess`, `readSuccess` and `deliverySuccess`. It does not apply to the alarms on missing
   * records.
   *
   * @default 1
   */
  readonly evaluationPeriods?: number;

  /**
   * Whether to create an alarm that goes off when contacts start in the instance, but no contact records arrive. It detects records
   * that Amazon Connect cannot put into the stream, which AWS reports with no other metric.
   *
   * The alarm ignores missing data. Until the first record arrives, it can be in the INSUFFICIENT_DATA state.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/monitoring-cloudwatch.html
   * @default true, if contact records are streamed
   */
  readonly contactsWithoutRecords?: boolean;

  /**
   * The time after which the alarm on contacts without contact records goes off: from 20 minutes to one day, in multiples of four
   * minutes. Contacts must start in each quarter of this time. Specify more time if most contacts last longer than three quarters
   * of it, or if few contacts start.
   *
   * @default Duration.hours(1)
   */
  readonly contactsWithoutRecordsFor?: Duration;

  /**
   * The time without contact records after which an alarm goes off: from one minute to seven days, in whole minutes, and in whole
   * hours if it is longer than one day. Specify more than the longest quiet time, including nights and holidays.
   *
   * The alarm also goes off after its deployment if the stream received no records in the preceding time. If several data types
   * share a stream, they cannot be told apart, so the shortest duration applies to the whole stream.
   *
   * @default - no alarm
   */
  readonly noContactRecordsFor?: Duration;

  /**
   * The time without agent events after which an alarm goes off. See `noContactRecordsFor`. While an agent is logged in, Amazon
   * Connect sends an event every 120 seconds.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-streams.html
   * @default - no alarm
   */
  readonly noAgentEventsFor?: Duration;

  /**
   * The time without contact analysis segments of voice contacts after which an alarm goes off. See `noContactRecordsFor`.
   *
   * @default - no alarm
   */
  readonly noVoiceAnalysisSegmentsFor?: Duration;

  /**
   * The time without contact analysis segments of chat contacts after which an alarm goes off. See `noContactRecordsFor`.
   *
   * @default - no alarm
   */
  readonly noChatAnalysisSegmentsFor?: Duration;
}

const PROP_TYPES: PropTypes<DataStreamingMonitoringProps> = {
  streaming: STREAMING,
  alarmActions: optional(listOf(ALARM_ACTION)),
  dashboard: optional(DASHBOARD),
  throttledRecords: optional(NUMBER),
  writeSuccess: optional(NUMBER),
  iteratorAge: optional(DURATION),
  throttledReads: optional(NUMBER),
  readSuccess: optional(NUMBER),
  dataFreshness: optional(DURATION),
  deliverySuccess: optional(NUMBER),
  kmsKeyErrors: optional(NUMBER),
  evaluationPeriods: optional(NUMBER),
  contactsWithoutRecords: optional(BOOLEAN),
  contactsWithoutRecordsFor: optional(DURATION),
  noContactRecordsFor: optional(DURATION),
  noAgentEventsFor: optional(DURATION),
  noVoiceAnalysisSegmentsFor: optional(DURATION),
  noChatAnalysisSegmentsFor: optional(DURATION),
};

/**
 * CloudWatch alarms and a dashboard for the streams of a `ConnectDataStreaming`. Each stream is monitored once, even if it receives
 * several data types.
 *
 * The delivery streams that tables such as `AgentEventsTable` create are also monitored, whether the table is created before or
 * after this construct. A table is not monitored, and a warning is added, if it is in another account or if its stack depends on
 * the stack of this construct.
 *
 * Missing data is treated as not breaching, except by the alarms on missing records and on contacts without contact records.
 */
export class DataStreamingMonitoring extends Construct {
  /**
   * The dashboard: the specified dashboard, or the dashboard that this construct created.
   */
  public readonly dashboard: Dashboard;

  private readonly allAlarms: Alarm[];

  /**
   * @throws if `streaming` is not a `ConnectDataStreaming` in the account and Region of the stack; if a prop has another type;
   * if a threshold or time is out of range, or is an unresolved token in a unit that cannot be converted; if `iteratorAge` is
   * not less than the retention period of a stream; or if an alarm is specified for a data type that is not streamed
   */
  constructor(scope: Construct, id: string, props: DataStreamingMonitoringProps) {
    super(...scopeAndId('DataStreamingMonitoring', scope, id));
    validateProps(this, props, PROP_TYPES);
    const { streaming, alarmActions = [] } = props;
    validateStreamsAreLocal(this, streaming);
    const thresholds = resolveThresholds(this, props);
    const quietTimes = resolveQuietTimes(this, streaming, props);
    const streams = monitoredStreams(this, streaming, quietTimes).map((stream) => stream.kinesisStream
      ? monitorKinesisStream(stream, stream.kinesisStream, thresholds)
      : monitorDeliveryStream(stream, stream.deliveryStream!, thresholds));

    this.allAlarms = streams.flatMap(({ alarms }) => alarms);
    const actions = alarmActions.map((action, index) => bindingTo(this, `alarmActions[${index}]`, action, ALARM_ACTION, /^alarmActionArn$/));
    for (const alarm of this.allAlarms) alarm.addAlarmAction(...actions);

    this.dashboard = props.dashboard ?? new Dashboard(this, 'Dashboard');
    this.dashboard.addWidgets(alarmStatus(`Amazon Connect data streaming: ${streaming.node.path}`, this.alarms));
    for (const stream of streams) this.addGraphs(stream);

    streaming._tableDeliveries.forEach((delivery) => {
      if (isInTree(this) && canMonitor(this, delivery)) this.monitorTable(delivery, thresholds, actions);
    });
  }

  /**
   * The alarms that this construct created. A table that is created later adds its alarms.
   */
  public get alarms(): Alarm[] {
    return [...this.allAlarms];
  }

  private monitorTable(delivery: TableDelivery, thresholds: Thresholds, alarmActions: IAlarmAction[]): void {
    const id = `${delivery.dataType.id}Table`;
    const scope = new Construct(this, this.node.tryFindChild(id) ? `${id}${shortHash(delivery.table.node.path)}` : id);
    const monitoring = monitorTableDelivery(scope, delivery, thresholds);
    for (const alarm of monitoring.alarms) alarm.addAlarmAction(...alarmActions);
    this.allAlarms.push(...monitoring.alarms);

    this.addGraphs(monitoring, alarmStatus(`Table: ${delivery.table.node.path}`, monitoring.alarms));
  }

  private addGraphs({ title, graphs }: StreamMonitoring, ...status: IWidget[]): void {
    this.dashboard.addWidgets(heading(title));
    this.dashboard.addWidgets(...status);
    this.dashboard.addWidgets(...graphs);
  }
}

import { Duration } from 'aws-cdk-lib';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct, type IConstruct } from 'constructs';
import { validateDuration } from './thresholds';
import { DATA_TYPES, type DataType } from '../common/data-types';
import { errorAt } from '../common/errors';
import { distinctStreams, isSameStream } from '../common/kinesis-streams';

/** A stream to monitor, and the data types that it receives. */
export interface MonitoredStream {
  /** The scope of its alarms. */
  readonly scope: Construct;
  /** The data types, as descriptions refer to them. */
  readonly data: string;
  readonly kinesisStream?: IStream;
  readonly deliveryStream?: IDeliveryStream;
  /** The time without records after which an alarm goes off. */
  readonly noRecordsFor?: Duration;
}

/** The streams of a `ConnectDataStreaming`. */
type Streams = IConstruct
  & { readonly [property in DataType['streamProperty']]?: IStream }
  & { readonly [property in NonNullable<DataType['deliveryStreamProperty']>]?: IDeliveryStream };

type NoRecordsDurations = { readonly [prop in DataType['noRecordsProp']]?: Duration };

interface StreamedDataType extends Pick<MonitoredStream, 'kinesisStream' | 'deliveryStream' | 'noRecordsFor'> {
  readonly dataType: DataType;
}

/** Returns each stream once. The first data type that it receives determines the id of its scope. */
export function monitoredStreams(parent: Construct, streams: Streams, durations: NoRecordsDurations): MonitoredStream[] {
  const streamed = streamedDataTypes(parent, streams, durations);
  const kinesisStreams = distinctStreams(streamed.flatMap(({ kinesisStream }) => kinesisStream ?? []));
  return [
    ...streamed.filter(({ deliveryStream }) => deliveryStream).map((one) => monitoredStream(parent, [one])),
    ...kinesisStreams.map((stream) =>
      monitoredStream(parent, streamed.filter(({ kinesisStream }) => kinesisStream && isSameStream(kinesisStream, stream)), stream)),
  ];
}

function monitoredStream(parent: Construct, streamed: StreamedDataType[], kinesisStream?: IStream): MonitoredStream {
  const [{ dataType: { id }, deliveryStream }] = streamed;
  return {
    scope: new Construct(parent, id),
    data: streamed.map(({ dataType }) => dataType.label).join(' and '),
    kinesisStream,
    deliveryStream,
    noRecordsFor: streamed.flatMap(({ noRecordsFor }) => noRecordsFor ?? [])
      .sort((one, other) => one.toMilliseconds() - other.toMilliseconds())[0],
  };
}

function streamedDataTypes(scope: Construct, streams: Streams, durations: NoRecordsDurations): StreamedDataType[] {
  return DATA_TYPES.flatMap((dataType) => {
    const { streamProperty, deliveryStreamProperty, noRecordsProp, label, prop } = dataType;
    const kinesisStream = streams[streamProperty];
    const deliveryStream = deliveryStreamProperty && streams[deliveryStreamProperty];
    const noRecordsFor = durations[noRecordsProp];
    const isStreamed = Boolean(kinesisStream ?? deliveryStream);
    if (noRecordsFor) {
      validateDuration(scope, noRecordsProp, noRecordsFor, Duration.days(7)); // an alarm evaluates seven days at most
      if (!isStreamed) {
        throw errorAt(scope, `${noRecordsProp} cannot be ${noRecordsFor.toHumanString()}, because ${streams.node.path} does not stream ${label}`,
          `remove ${noRecordsProp}, or set ${prop} of ${streams.node.path}`);
      }
    }
    return isStreamed ? [{ dataType, kinesisStream, deliveryStream, noRecordsFor }] : [];
  });
}

import type { Duration } from 'aws-cdk-lib';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct } from 'constructs';
import { ContactMetrics } from './contact-metrics';
import type { QuietTimes } from './quiet-times';
import { CONTACT_RECORDS, DATA_TYPES, type DataType } from '../common/data-types';
import { instanceIdOf } from '../common/instance-id';
import { distinctStreams, isSameStream } from '../common/kinesis-streams';
import { deliveryStreamOf, type Streams } from '../common/streams';

/** A stream to monitor, and the data types that it receives. */
export interface MonitoredStream {
  /** The scope of its alarms. */
  readonly scope: Construct;
  /** The data types, as descriptions refer to them. */
  readonly data: string;
  /** Whether contact records are one of them. */
  readonly hasContactRecords: boolean;
  readonly kinesisStream?: IStream;
  readonly deliveryStream?: IDeliveryStream;
  /** The contacts of the instance. */
  readonly contacts: ContactMetrics;
  /** The time without records after which an alarm goes off. */
  readonly noRecordsFor?: Duration;
  /** The time with contacts, but without records, after which an alarm goes off. */
  readonly contactsWithoutRecordsFor?: Duration;
}

/** Returns each stream once. The first data type that it receives determines the id of its scope. */
export function monitoredStreams(parent: Construct, streams: Streams, times: QuietTimes): MonitoredStream[] {
  const contacts = new ContactMetrics(instanceIdOf(streams));
  const monitored = (dataTypes: DataType[]): Omit<MonitoredStream, 'kinesisStream' | 'deliveryStream'> => {
    const hasContactRecords = dataTypes.includes(CONTACT_RECORDS);
    return {
      scope: new Construct(parent, dataTypes[0].id),
      data: dataTypes.map(({ label }) => label).join(' and '),
      hasContactRecords,
      contacts,
      noRecordsFor: shortest(dataTypes.flatMap(({ noRecordsProp }) => times[noRecordsProp] ?? [])),
      contactsWithoutRecordsFor: hasContactRecords ? times.contactsWithoutRecordsFor : undefined,
    };
  };
  const isSentTo = (stream: IStream) => ({ streamProperty }: DataType): boolean => {
    const other = streams[streamProperty];
    return other !== undefined && isSameStream(other, stream);
  };
  return [
    ...DATA_TYPES.filter((dataType) => deliveryStreamOf(streams, dataType))
      .map((dataType) => ({ ...monitored([dataType]), deliveryStream: deliveryStreamOf(streams, dataType) })),
    ...distinctStreams(DATA_TYPES.flatMap(({ streamProperty }) => streams[streamProperty] ?? []))
      .map((kinesisStream) => ({ ...monitored(DATA_TYPES.filter(isSentTo(kinesisStream))), kinesisStream })),
  ];
}

function shortest(durations: Duration[]): Duration | undefined {
  return durations.sort((one, other) => one.toMilliseconds() - other.toMilliseconds())[0];
}

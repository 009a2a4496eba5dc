import type { IConstruct } from 'constructs';
import { DATA_TYPES } from '../common/data-types';
import { deliveryStreamResource } from '../common/delivery-streams';
import { identityOf } from '../common/identity';
import { streamResource } from '../common/kinesis-streams';
import { deliveryStreamOf, type Streams } from '../common/streams';
import { targetKeyOf } from '../keys/customer-managed-key';

/** The customer managed keys of the streams. */
export interface AuditedKeys {
  /** The ARNs of all keys. */
  readonly all: string[];
  /** The ARNs of the keys that Amazon Connect needs access to. */
  readonly ofKinesisStreams: string[];
  /** Whether a Kinesis data stream could have another customer managed key, because it was imported without its key. */
  readonly isIncomplete: boolean;
}

export function auditedKeys(scope: IConstruct, streams: Streams): AuditedKeys {
  const kinesisStreams = DATA_TYPES.flatMap(({ streamProperty }) => streams[streamProperty] ?? []);
  const ofKinesisStreams = distinct(scope, kinesisStreams.flatMap(({ encryptionKey }) => encryptionKey ? [targetKeyOf(encryptionKey).keyArn] : []));
  return {
    all: distinct(scope, [...ofKinesisStreams, ...deliveryStreamKeys(streams)]),
    ofKinesisStreams,
    isIncomplete: kinesisStreams.some((stream) => !stream.encryptionKey && !streamResource(stream)),
  };
}

function deliveryStreamKeys(streams: Streams): string[] {
  return DATA_TYPES.flatMap((dataType) => deliveryStreamOf(streams, dataType) ?? []).flatMap((stream) => {
    const encryption = deliveryStreamResource(stream)?.deliveryStreamEncryptionConfigurationInput;
    return encryption && 'keyArn' in encryption && encryption.keyArn ? [encryption.keyArn] : [];
  });
}

/** Each key once. An alias cannot be compared with the ARN of a key in an event. */
function distinct(scope: IConstruct, arns: string[]): string[] {
  return [...new Map(arns.filter((arn) => !/:alias\//.test(arn)).map((arn) => [identityOf(scope, arn), arn])).values()];
}

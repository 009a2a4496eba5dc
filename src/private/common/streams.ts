import type { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct, type IConstruct } from 'constructs';
import { DATA_TYPES, type DataType } from './data-types';
import type { ValueType } from './value-types';

/** The streams and associations of a `ConnectDataStreaming`. */
export type Streams = IConstruct
  & { readonly [property in DataType['streamProperty']]?: IStream }
  & { readonly [property in NonNullable<DataType['deliveryStreamProperty']>]?: IDeliveryStream }
  & { readonly [property in `${DataType['prop']}Association`]?: CfnInstanceStorageConfig };

export const STREAMING: ValueType = {
  description: 'a ConnectDataStreaming',
  wayOut: 'specify the construct that streams the data',
  matches: (value) => Construct.isConstruct(value) && DATA_TYPES.some((dataType) => isStreamed(value as unknown as Streams, dataType)),
};

/** The delivery stream that receives a data type, if any. */
export function deliveryStreamOf(streams: Streams, { deliveryStreamProperty }: DataType): IDeliveryStream | undefined {
  return deliveryStreamProperty && streams[deliveryStreamProperty];
}

export function isStreamed(streams: Streams, { prop }: DataType): boolean {
  return streams[`${prop}Association`] !== undefined;
}

import type { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct, type IConstruct } from 'constructs';
import { DATA_TYPES, type DataType } from './data-types';
import { errorAt } from './errors';
import { describe } from './formatting';
import type { TableDeliveries } from './table-deliveries';

/** The streams and associations of a `ConnectDataStreaming`, and the deliveries to its tables. */
export type Streams = IConstruct
  & { readonly [property in DataType['streamProperty']]?: IStream }
  & { readonly [property in NonNullable<DataType['deliveryStreamProperty']>]?: IDeliveryStream }
  & { readonly [property in `${DataType['prop']}Association`]?: CfnInstanceStorageConfig }
  & { readonly _tableDeliveries: TableDeliveries };

/** Throws if the value is not a `ConnectDataStreaming`, which JavaScript does not prevent. */
export function validateStreaming(scope: IConstruct, streaming: Streams): void {
  if (Construct.isConstruct(streaming) && DATA_TYPES.some((dataType) => isStreamed(streaming, dataType))) return;

  throw errorAt(scope, `streaming must be a ConnectDataStreaming, got ${describe(streaming)}`, 'specify the construct that streams the data');
}

/** The delivery stream that receives a data type, if any. */
export function deliveryStreamOf(streams: Streams, { deliveryStreamProperty }: DataType): IDeliveryStream | undefined {
  return deliveryStreamProperty && streams[deliveryStreamProperty];
}

export function isStreamed(streams: Streams, { prop }: DataType): boolean {
  return streams[`${prop}Association`] !== undefined;
}

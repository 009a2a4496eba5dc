import { Stack } from 'aws-cdk-lib';
import type { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import { Construct, type IConstruct } from 'constructs';
import { DATA_TYPES, type DataType } from './data-types';
import { errorAt } from './errors';
import type { TableDeliveries } from './table-deliveries';
import { isDifferent } from './tokens';
import type { ValueType } from './value-types';

/** The streams and associations of a `ConnectDataStreaming`, and the deliveries to its tables. */
export type Streams = IConstruct
  & { readonly [property in DataType['streamProperty']]?: IStream }
  & { readonly [property in NonNullable<DataType['deliveryStreamProperty']>]?: IDeliveryStream }
  & { readonly [property in `${DataType['prop']}Association`]?: CfnInstanceStorageConfig }
  & { readonly _tableDeliveries: TableDeliveries };

export const STREAMING: ValueType = {
  isOfLibrary: true,
  description: 'a ConnectDataStreaming',
  wayOut: 'specify the construct that streams the data',
  matches: (value) => Construct.isConstruct(value) && DATA_TYPES.some((dataType) => isStreamed(value as unknown as Streams, dataType)),
};

/** Throws if the streams are in another account or Region than the stack of the scope. */
export function validateStreamsAreLocal(scope: IConstruct, streams: Streams): void {
  const [{ account, region }, other] = [Stack.of(scope), Stack.of(streams)];
  for (const [part, expected, actual] of [['Region', region, other.region], ['account', account, other.account]]) {
    if (isDifferent(expected, actual)) {
      throw errorAt(scope, `streaming must be in the ${part} of the stack, ${expected}, got ${streams.node.path} in ${actual}`, `use a stack in ${actual}`);
    }
  }
}

/** The delivery stream that receives a data type, if any. */
export function deliveryStreamOf(streams: Streams, { deliveryStreamProperty }: DataType): IDeliveryStream | undefined {
  return deliveryStreamProperty && streams[deliveryStreamProperty];
}

export function isStreamed(streams: Streams, { prop }: DataType): boolean {
  return streams[`${prop}Association`] !== undefined;
}

import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type { Construct } from 'constructs';
import { isInTree } from './construct-tree';
import type { DataType } from './data-types';

/** The delivery of a data type to the bucket of a table. */
export interface TableDelivery {
  readonly table: Construct;
  readonly dataType: DataType;
  /** The Kinesis data stream that the delivery stream reads. */
  readonly source: IStream;
  readonly deliveryStream: IDeliveryStream;
}

/** The deliveries to the tables of a `ConnectDataStreaming`. */
export class TableDeliveries {
  private readonly deliveries: TableDelivery[] = [];
  private readonly observers: Array<(delivery: TableDelivery) => void> = [];

  public add(delivery: TableDelivery): void {
    this.deliveries.push(delivery);
    for (const observe of this.observers) observe(delivery);
  }

  /** Calls the function for each delivery, including those that are added later. */
  public forEach(observe: (delivery: TableDelivery) => void): void {
    this.deliveries.filter(({ table }) => isInTree(table)).forEach(observe);
    this.observers.push(observe);
  }
}

import { Names, Stack } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IDeliveryStream } from 'aws-cdk-lib/aws-kinesisfirehose';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { aws_glue as glue } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { grantReadTable } from './grant-read-table';
import { validateOnlyDataType } from './shared-streams';
import { DAY, TABLE_NAME, validateFirstDay, validateTableName, validateUniqueName } from './validate-props';
import type { DataType } from '../common/data-types';
import { errorAt } from '../common/errors';
import { STREAMING, type Streams } from '../common/streams';
import { isDifferent } from '../common/tokens';
import { scopeAndId, validateProps } from '../common/validation';
import { GLUE_DATABASE, optional } from '../common/value-types';
import { columnsOf } from '../data-models/columns';
import type { DataModel } from '../data-models/data-model';
import { newRecordsBucket } from '../delivery/bucket';
import { layoutOf, PARTITION } from '../delivery/layout';
import { deliverStream, streamKey } from '../delivery/stream-delivery';

/** The streams of a `ConnectDataStreaming`, and the bucket that its delivery stream delivers contact records to. */
type StreamsWithBucket = Streams & { readonly _contactRecordsBucket?: s3.IBucket };

/** The props of each public table, which documents them. */
interface DataTableOptions {
  readonly streaming: StreamsWithBucket;
  readonly database?: glue.IDatabaseRef;
  readonly tableName?: string;
  readonly firstDay?: string;
}

/** The records that a table contains. */
export interface TableRecords {
  readonly dataType: DataType;
  readonly model: DataModel;
  readonly description: string;
}

/**
 * A table for the records of a data type. The public tables, one for each data type, extend it.
 *
 * @internal
 */
export abstract class DataTable extends Construct {
  /**
   * The name of the AWS Glue database.
   */
  public readonly databaseName: string;

  /**
   * The name of the table.
   */
  public readonly tableName: string;

  /**
   * The delivery stream that this construct created to deliver the Kinesis data stream to the bucket. Undefined if the
   * destination of the data type already is a delivery stream.
   */
  public readonly deliveryStream?: IDeliveryStream;

  /**
   * The bucket that this construct created for the records. Undefined if the destination of the data type already is a
   * delivery stream.
   */
  // eslint-disable-next-line cdk/no-construct-in-public-property-of-construct -- IBucket does not support lifecycle rules
  public readonly bucket?: s3.Bucket;

  private readonly recordsBucket: s3.IBucket;
  private readonly dataType: DataType;

  // eslint-disable-next-line cdk/props-name-convention -- the props are those of the public tables
  protected constructor(scope: Construct, id: string, props: DataTableOptions) {
    super(...scopeAndId(new.target.name, scope, id));
    const records = this._records();
    const { dataType } = records;
    validateProps(this, props, {
      streaming: STREAMING,
      database: optional(GLUE_DATABASE),
      tableName: optional(TABLE_NAME),
      firstDay: optional(DAY),
    });
    const { streaming, database, tableName = dataType.tableName, firstDay = '2020-01-01' } = props;
    validateTableName(this, tableName, dataType.tableName);
    validateFirstDay(this, firstDay);

    this.dataType = dataType;
    const existingBucket = dataType.deliveryStreamProperty && streaming._contactRecordsBucket;
    if (!existingBucket) {
      const stream = this.validStream(streaming);
      this.bucket = newRecordsBucket(this, streamKey(this, stream));
      this.deliveryStream = deliverStream(this, dataType, stream, this.bucket);
    }
    this.recordsBucket = existingBucket ?? this.bucket!;
    this.databaseName = (database ?? this.newDatabase()).databaseRef.databaseName;
    validateUniqueName(this, this.databaseName, tableName);
    this.tableName = this.newTable(tableName, firstDay, records).ref;
    if (this.deliveryStream) {
      streaming._tableDeliveries.add({ table: this, dataType, source: streaming[dataType.streamProperty]!, deliveryStream: this.deliveryStream });
    }
  }

  /**
   * Grants the grantee permission to query the table: to read its metadata in the AWS Glue Data Catalog, and to read and decrypt
   * the records. To run queries, the grantee also needs access to an Athena workgroup and its query result location.
   *
   * AWS CDK cannot change the resource policy of the Data Catalog. If the grantee has no policies in this app (such as a service
   * or an account) or is in another account, no permission is granted: the `success` property of the returned grant is false, and
   * a warning describes how to grant access.
   *
   * @param grantee the principal to grant access to
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    return grantReadTable(this, {
      databaseName: this.databaseName,
      tableName: this.tableName,
      bucket: this.recordsBucket,
      objects: `${layoutOf(this.dataType).prefix}*`,
    }, grantee);
  }

  /** @internal */
  protected abstract _records(): TableRecords;

  /** Returns the Kinesis data stream of the data type, if a delivery stream of this construct can deliver it. */
  private validStream(streaming: Streams): IStream {
    const { streamProperty, prop, label, destinations } = this.dataType;
    const stream = streaming[streamProperty];
    if (!stream) {
      throw errorAt(this, `streaming must stream ${label} to ${destinations.length > 1 ? 'a bucket or ' : ''}a Kinesis data stream, got `
        + `${streaming.node.path} without one`, `set ${prop} of ${streaming.node.path} to StreamingDestination.newKinesisStream()`
        + (destinations.length > 1 ? ', or to StreamingDestination.newDeliveryStream() without a destination of your own' : ''));
    }
    const { region } = Stack.of(this);
    if (isDifferent(stream.env.region, region)) {
      throw errorAt(this, `streaming must be in the Region of the stack, ${region}, got ${streaming.node.path} in ${stream.env.region}`,
        `define the table in a stack in ${stream.env.region}`);
    }
    validateOnlyDataType(this, streaming, this.dataType, stream);
    return stream;
  }

  private newDatabase(): glue.IDatabaseRef {
    return new CfnDatabase(this, 'Database', {
      catalogId: Stack.of(this).account,
      databaseInput: {
        name: Names.uniqueResourceName(this, { maxLength: 128, separator: '_', allowedSpecialCharacters: '_' }).toLowerCase(),
      },
    });
  }

  private newTable(name: string, firstDay: string, { description, model }: TableRecords): CfnTable {
    const { key, dateFormat } = PARTITION;
    const location = `s3://${this.recordsBucket.bucketName}/${layoutOf(this.dataType).prefix}`;
    return new CfnTable(this, 'Resource', {
      catalogId: Stack.of(this).account,
      databaseName: this.databaseName,
      tableInput: {
        name,
        description,
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: key, type: 'string', comment: 'the day of delivery, in UTC' }],
        parameters: {
          'classification': 'json',
          'projection.enabled': 'true',
          [`projection.${key}.type`]: 'date',
          [`projection.${key}.format`]: dateFormat,
          [`projection.${key}.range`]: `${firstDay},NOW`,
          'storage.location.template': `${location}${key}=\${${key}}/`,
        },
        storageDescriptor: {
          location,
          columns: columnsOf(model),
          compressed: true,
          inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          // The OpenX JSON SerDe converts attribute names to lowercase, and fails if two names differ only in case.
          serdeInfo: { serializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
        },
      },
    });
  }
}

import { ArnFormat, Names, Stack, Token } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { aws_glue as glue } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import type { ConnectDataStreaming } from './connect-data-streaming';
import { errorAt } from './private/common/errors';
import { CONTACT_RECORDS_LAYOUT } from './private/contact-records/bucket';
import { CONTACT_RECORD_COLUMNS } from './private/contact-records/columns';

/**
 * Properties for `ContactRecordsTable`.
 */
export interface ContactRecordsTableProps {
  /**
   * The construct that streams the contact records. Its destination for contact records must be
   * `StreamingDestination.newDeliveryStream()` with the default bucket.
   */
  readonly streaming: ConnectDataStreaming;

  /**
   * The AWS Glue database that contains the table.
   *
   * @default - a new database, with a name that is generated from the path of this construct
   */
  readonly database?: glue.IDatabaseRef;

  /**
   * The name of the table. It consists of lowercase letters, digits and underscores, so that queries do not need quotes.
   *
   * @default 'contact_records'
   */
  readonly tableName?: string;

  /**
   * The first day that the table contains, in UTC and in the format `yyyy-MM-dd`. A query sends one request to Amazon S3 for each
   * day from the first day until today, unless it excludes the day.
   *
   * @default '2020-01-01'
   */
  readonly firstDay?: string;
}

/**
 * An AWS Glue table for querying contact records in Amazon Athena. It reads the objects that Firehose delivers to the bucket of
 * the construct. Partition projection determines the days, so the table needs no crawler and no maintenance.
 *
 * Amazon Connect sends a contact record again when it changes, so the table may contain several rows for a contact. A column is
 * null if a record does not contain the field. Fields without a column are ignored.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export class ContactRecordsTable extends Construct {
  /**
   * The name of the AWS Glue database.
   */
  public readonly databaseName: string;

  /**
   * The name of the table.
   */
  public readonly tableName: string;

  private readonly bucket: s3.IBucket;

  /**
   * @throws if `streaming` did not create a bucket for contact records, or if `tableName` or `firstDay` is malformed
   */
  constructor(scope: Construct, id: string, props: ContactRecordsTableProps) {
    super(scope, id);
    const { streaming, tableName = 'contact_records', firstDay = '2020-01-01' } = props;
    if (!streaming.contactRecordsBucket) {
      throw errorAt(this, `streaming must have created a bucket for contact records, got ${streaming.node.path} without one`,
        'set contactRecords to StreamingDestination.newDeliveryStream() without a destination of your own');
    }
    this.validateFormat('tableName', tableName, /^[a-z0-9_]+$/, 'consist of lowercase letters, digits and underscores', 'contact_records');
    this.validateFormat('firstDay', firstDay, /^\d{4}-\d\d-\d\d$/, 'be a day in the format yyyy-MM-dd', '2020-01-01');

    this.bucket = streaming.contactRecordsBucket;
    this.databaseName = (props.database ?? this.newDatabase()).databaseRef.databaseName;
    this.tableName = this.newTable(tableName, firstDay).ref;
  }

  /**
   * Grants the grantee permission to query the table: to read its metadata in the AWS Glue Data Catalog, and to read and decrypt
   * the contact records. To run queries, the grantee also needs access to an Athena workgroup and its query result location.
   *
   * @param grantee the principal to grant access to
   */
  public grantRead(grantee: iam.IGrantable): iam.Grant {
    const { databaseName, tableName } = this;
    const arn = (resource: string, resourceName?: string) => Stack.of(this).formatArn({
      service: 'glue',
      resource,
      resourceName,
      arnFormat: resourceName ? ArnFormat.SLASH_RESOURCE_NAME : ArnFormat.NO_RESOURCE_NAME,
    });
    return iam.Grant.addToPrincipal({
      grantee,
      actions: ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartition', 'glue:GetPartitions', 'glue:BatchGetPartition'],
      resourceArns: [arn('catalog'), arn('database', databaseName), arn('table', `${databaseName}/${tableName}`)],
    }).combine(this.bucket.grantRead(grantee, `${CONTACT_RECORDS_LAYOUT.prefix}*`));
  }

  private newDatabase(): glue.IDatabaseRef {
    return new CfnDatabase(this, 'Database', {
      catalogId: Stack.of(this).account,
      databaseInput: {
        name: Names.uniqueResourceName(this, { maxLength: 128, separator: '_', allowedSpecialCharacters: '_' }).toLowerCase(),
      },
    });
  }

  private newTable(name: string, firstDay: string): CfnTable {
    const { partition, dateFormat, prefix } = CONTACT_RECORDS_LAYOUT;
    const location = `s3://${this.bucket.bucketName}/${prefix}`;
    return new CfnTable(this, 'Resource', {
      catalogId: Stack.of(this).account,
      databaseName: this.databaseName,
      tableInput: {
        name,
        description: 'Amazon Connect contact records, with a row for each version of a contact',
        tableType: 'EXTERNAL_TABLE',
        partitionKeys: [{ name: partition, type: 'string', comment: 'the day of delivery, in UTC' }],
        parameters: {
          'classification': 'json',
          'projection.enabled': 'true',
          [`projection.${partition}.type`]: 'date',
          [`projection.${partition}.format`]: dateFormat,
          [`projection.${partition}.range`]: `${firstDay},NOW`,
          'storage.location.template': `${location}${partition}=\${${partition}}/`,
        },
        storageDescriptor: {
          location,
          columns: CONTACT_RECORD_COLUMNS,
          compressed: true,
          inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
          outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
          // The OpenX JSON SerDe converts attribute names to lowercase, and fails if two names differ only in case.
          serdeInfo: { serializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
        },
      },
    });
  }

  private validateFormat(prop: string, value: string, pattern: RegExp, format: string, example: string): void {
    if (!Token.isUnresolved(value) && !pattern.test(value)) {
      throw errorAt(this, `${prop} must ${format}, got "${value}"`, `specify a value such as ${example}`);
    }
  }
}

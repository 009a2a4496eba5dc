import { ArnFormat, Names, Stack, Token } from 'aws-cdk-lib';
import { CfnDatabase, CfnTable } from 'aws-cdk-lib/aws-glue';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { aws_glue as glue } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import type { ConnectDataStreaming } from './connect-data-streaming';
import { CONTACT_RECORD_COLUMNS } from './private/contact-record';
import { CONTACT_RECORDS } from './private/contact-records-bucket';

/**
 * A table over the contact records in a bucket.
 */
export interface ContactRecordsTableProps {
  /**
   * What streams the contact records: into the bucket that comes with `StreamingDestination.newDeliveryStream()`.
   */
  readonly streaming: ConnectDataStreaming;

  /**
   * The Glue database of the table.
   *
   * @default - a new database, named after the path of this construct
   */
  readonly database?: glue.IDatabaseRef;

  /**
   * The name of the table: lower case letters, digits and underscores, which need no quotes in queries.
   *
   * @default 'contact_records'
   */
  readonly tableName?: string;

  /**
   * The first day that queries look for, as `yyyy-MM-dd` in UTC. Each day from then on that a query does not exclude costs it
   * a request to Amazon S3.
   *
   * @default '2020-01-01'
   */
  readonly firstDay?: string;
}

/**
 * A Glue table over the contact records that Firehose delivers, so that Amazon Athena answers queries on them. The days are
 * known by partition projection: there is no crawler, and nothing to run when a new day begins.
 *
 * Amazon Connect sends a contact record again when it changes, so there may be several rows for a contact. Fields that the
 * table does not know are skipped, those that a record does not have are null.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/ctr-data-model.html
 * @see https://docs.aws.amazon.com/athena/latest/ug/partition-projection.html
 */
export class ContactRecordsTable extends Construct {
  /**
   * The name of the Glue database.
   */
  public readonly databaseName: string;

  /**
   * The name of the table in the database.
   */
  public readonly tableName: string;

  private readonly bucket: s3.IBucket;

  /**
   * @throws if contact records do not go to a bucket that the streaming made, or if the name of the table or the first day is
   * malformed
   */
  constructor(scope: Construct, id: string, props: ContactRecordsTableProps) {
    super(scope, id);
    const { streaming, tableName = 'contact_records', firstDay = '2020-01-01' } = props;
    if (!streaming.contactRecordsBucket) {
      throw new Error(`${this.node.path}: ${streaming.node.path} has no bucket of contact records; pass `
        + 'contactRecords: StreamingDestination.newDeliveryStream(), without a destination of your own');
    }
    this.require(/^[a-z0-9_]+$/, tableName, 'the name of a table that Athena takes without quotes', 'contact_records');
    this.require(/^\d{4}-\d\d-\d\d$/, firstDay, 'a day', '2020-01-01');

    this.bucket = streaming.contactRecordsBucket;
    this.databaseName = (props.database ?? this.newDatabase()).databaseRef.databaseName;
    this.tableName = this.newTable(tableName, firstDay).ref;
  }

  /**
   * Lets the grantee query the table: read its metadata in the Glue Data Catalog, and read and decrypt the contact records. To
   * run queries, the grantee also needs an Athena workgroup and the place where that one puts the results.
   *
   * @param grantee who may query
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
    }).combine(this.bucket.grantRead(grantee, `${CONTACT_RECORDS.prefix}*`));
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
    const { partition, dateFormat, prefix } = CONTACT_RECORDS;
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
          // The OpenX one would lower the case of attribute names, and fail where two of them differ in nothing else.
          serdeInfo: { serializationLibrary: 'org.apache.hive.hcatalog.data.JsonSerDe' },
        },
      },
    });
  }

  private require(pattern: RegExp, value: string, noun: string, example: string): void {
    if (!Token.isUnresolved(value) && !pattern.test(value)) {
      throw new Error(`${this.node.path}: "${value}" is not ${noun}; it looks like ${example}`);
    }
  }
}

import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { IBucket } from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { addWarning } from '../common/errors';
import { isDifferent } from '../common/tokens';
import { validateValue } from '../common/validation';
import { GRANTEE } from '../common/value-types';

const CATALOG_ACTIONS = ['glue:GetDatabase', 'glue:GetTable', 'glue:GetPartition', 'glue:GetPartitions', 'glue:BatchGetPartition'];

/** A table, and the objects that it reads. */
interface ReadableTable {
  readonly databaseName: string;
  readonly tableName: string;
  readonly bucket: IBucket;
  /** The keys of the objects, with a wildcard. */
  readonly objects: string;
}

/** Grants the grantee permission to query the table. If AWS CDK cannot grant all of it, the returned grant is not successful, and grants nothing. */
export function grantReadTable(scope: Construct, table: ReadableTable, grantee: iam.IGrantable): iam.Grant {
  validateValue(scope, 'grantee', grantee, GRANTEE);
  const { account } = Stack.of(scope);
  const isElsewhere = isDifferent(grantee.grantPrincipal.principalAccount ?? account, account);
  const catalog = isElsewhere ? iam.Grant.drop(grantee, CATALOG_ACTIONS.join()) : grantReadCatalog(scope, table, grantee);
  if (catalog.success) return catalog.combine(table.bucket.grantRead(grantee, table.objects));

  addWarning(scope, 'readByCatalogOwner',
    `AWS CDK cannot grant ${String(grantee.grantPrincipal)} access to the table, because it cannot change the resource policy of the AWS Glue Data Catalog `
    + `of account ${account}`,
    'grant read access to a role of this account, or share the table and its objects with AWS Lake Formation, then acknowledge this warning');
  return catalog;
}

/** CloudFormation has no resource for the resource policy of the Data Catalog, so only the policies of the grantee can allow access. */
function grantReadCatalog(scope: Construct, { databaseName, tableName }: ReadableTable, grantee: iam.IGrantable): iam.Grant {
  const arn = (resource: string, resourceName?: string) => Stack.of(scope).formatArn({
    service: 'glue',
    resource,
    resourceName,
    arnFormat: resourceName ? ArnFormat.SLASH_RESOURCE_NAME : ArnFormat.NO_RESOURCE_NAME,
  });
  return iam.Grant.addToPrincipal({
    grantee,
    actions: CATALOG_ACTIONS,
    resourceArns: [arn('catalog'), arn('database', databaseName), arn('table', `${databaseName}/${tableName}`)],
  });
}

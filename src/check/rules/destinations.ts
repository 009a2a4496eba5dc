import type { DeployedApp, Resource } from '../deployed-app';
import { type Finding, findingAt, pathOf } from '../finding';
import { isAllowed, type PolicyDocument } from '../simulation/access';

type Properties = Record<string, unknown>;

/** A consumer cannot read the delivered records, or Firehose cannot write them. */
export function unreadableRecords(app: DeployedApp): Finding[] {
  const deliveryStreams = new Map(app.associations.flatMap(({ destination, label }) => {
    const target = app.withArn(destination);
    return target?.type === 'AWS::KinesisFirehose::DeliveryStream' ? [[target, label] as const] : [];
  }));
  return [...deliveryStreams].flatMap(([deliveryStream, label]) => {
    const { ExtendedS3DestinationConfiguration: extended, S3DestinationConfiguration: simple } = deliveryStream.properties;
    const destination = (extended ?? simple) as Properties | undefined;
    return destination ? [
      ...delimiterFindings(deliveryStream, destination, label),
      ...permissionFindings(app, deliveryStream, destination, label),
      ...expirationFindings(app, deliveryStream, destination, label),
    ] : [];
  });
}

function delimiterFindings(deliveryStream: Resource, destination: Properties, label: string): Finding[] {
  const isDelimited = /AppendDelimiterToRecord|"Type":"Lambda"|DataFormatConversionConfiguration/.test(JSON.stringify(destination));
  return isDelimited ? [] : [findingAt(deliveryStream, {
    rule: 'unreadable-records',
    message: `Amazon Athena and most other readers cannot read the ${label}: Firehose concatenates the records without a delimiter`,
    fix: 'add the processor AppendDelimiterToRecord with the delimiter \\n',
  })];
}

function permissionFindings(app: DeployedApp, deliveryStream: Resource, destination: Properties, label: string): Finding[] {
  const role = app.withArn(destination.RoleARN as string);
  const bucketArn = String(destination.BucketARN);
  const key = keyOf(destination) ?? keyOfBucket(app.withArn(bucketArn));
  const required = [['s3:PutObject', `${bucketArn}/object`], ...key ? [['kms:GenerateDataKey', key]] : []] as Array<[string, string]>;
  if (!role || role.properties.ManagedPolicyArns) return [];

  const identityPolicies = policiesOf(app, role);
  return required.flatMap(([action, resource]) => {
    const resourcePolicy = action.startsWith('kms:') ? app.account.keys[resource]?.policy : undefined;
    const isUnknownKey = action.startsWith('kms:') && !resourcePolicy;
    const principal = String(role.deployed?.attributes.Arn);
    const allowed = isUnknownKey || isAllowed({ principal, action, resource, identityPolicies, resourcePolicy });
    return allowed === false ? [findingAt(deliveryStream, {
      rule: 'unreadable-records',
      message: `Firehose would not deliver ${label}: the role ${pathOf(role)} cannot call ${action} on ${app.nameOf(resource.replace('/object', ''))}`,
      fix: `allow the role to call ${action}`,
    })] : [];
  });
}

function expirationFindings(app: DeployedApp, deliveryStream: Resource, { BucketARN }: Properties, label: string): Finding[] {
  const { Rules = [] } = (app.withArn(BucketARN as string)?.properties.LifecycleConfiguration ?? {}) as { Rules?: Properties[] };
  return Rules.some(({ ExpirationInDays, Status }) => Status !== 'Disabled' && Number(ExpirationInDays) <= 1) ? [findingAt(deliveryStream, {
    rule: 'unreadable-records',
    severity: 'warning',
    message: `Amazon S3 deletes the ${label} within a day of their delivery`,
    fix: 'increase the expiration of the lifecycle rule',
  })] : [];
}

function keyOf({ EncryptionConfiguration }: Properties): string | undefined {
  return (EncryptionConfiguration as { KMSEncryptionConfig?: { AWSKMSKeyARN?: string } } | undefined)?.KMSEncryptionConfig?.AWSKMSKeyARN;
}

function keyOfBucket(bucket?: Resource): string | undefined {
  return /"KMSMasterKeyID":"([^"]+)"/.exec(JSON.stringify(bucket?.properties.BucketEncryption ?? ''))?.[1];
}

function policiesOf(app: DeployedApp, { deployed, properties }: Resource): PolicyDocument[] {
  const attached = app.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy')
    .filter(({ properties: { Roles } }) => (Roles as string[] | undefined)?.includes(deployed!.physicalId));
  const all = [...(properties.Policies ?? []) as Properties[], ...attached.map((policy) => policy.properties)];
  return all.map(({ PolicyDocument: document }) => document as PolicyDocument);
}

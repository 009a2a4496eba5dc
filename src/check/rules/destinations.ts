import type { DeployedApp, Resource } from '../deployed-app';
import { type Finding, findingAt, pathOf } from '../finding';
import { isAllowed, type PolicyDocument, statementsOf } from '../simulation/access';
import { defaultPolicy } from '../simulation/simulated-account';
import { isUnknown, unknown } from '../simulation/unknown-values';

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
  const { ProcessingConfiguration: processing, DataFormatConversionConfiguration: conversion } = destination;
  const isDelimited = isUnknown(processing) || isUnknown(conversion)
    || isEnabled(conversion)
    || (isEnabled(processing) && /AppendDelimiterToRecord|"Type":"(Lambda|«)/.test(JSON.stringify(processing)));
  return isDelimited ? [] : [findingAt(deliveryStream, {
    rule: 'unreadable-records',
    message: `Amazon Athena and most other readers cannot read the ${label}: Firehose concatenates the records without a delimiter`,
    fix: 'add the processor AppendDelimiterToRecord with the delimiter \\n',
  })];
}

function isEnabled(configuration: unknown): boolean {
  return configuration !== undefined && String((configuration as Properties).Enabled) !== 'false';
}

function permissionFindings(app: DeployedApp, deliveryStream: Resource, destination: Properties, label: string): Finding[] {
  const role = app.withArn(destination.RoleARN as string);
  const bucketArn = String(destination.BucketARN);
  const bucket = app.withArn(bucketArn);
  const key = app.account.keyOf(keyOf(destination) ?? keyOfBucket(bucket));
  if (!role || role.properties.ManagedPolicyArns) return [];

  const identityPolicies = policiesOf(app, role);
  const principal = String(role.deployed?.attributes.Arn);
  const { region = unknown('AWS Region') } = deliveryStream.scope;
  const context = { 'aws:SecureTransport': 'true', 'kms:ViaService': `s3.${region}.amazonaws.com` };
  const finding = (action: string, resource: string) => findingAt(deliveryStream, {
    rule: 'unreadable-records',
    message: `Firehose would not deliver ${label}: the role ${pathOf(role)} cannot call ${action} on ${app.nameOf(resource)}`,
    fix: `allow the role to call ${action}`,
  });
  const toBucket = { action: 's3:PutObject', resource: `${bucketArn}/object`, resourcePolicy: policyOfBucket(app, principal, bucket) };
  const keyPolicy = key === undefined ? undefined : app.account.keys[key]?.policy;
  const ofKey = keyPolicy && { action: 'kms:GenerateDataKey', resource: key!, resourcePolicy: keyPolicy };
  const isDenied = (request: typeof toBucket): boolean => isAllowed({ principal, identityPolicies, context, ...request }) === false;
  return [
    ...isDenied(toBucket) ? [finding(toBucket.action, bucketArn)] : [],
    ...ofKey && isDenied(ofKey) ? [finding(ofKey.action, key!)] : [],
  ];
}

/** Objects that Amazon S3 deletes before anybody reads them. A rule for other prefixes, or for tags, does not apply to the records. */
function expirationFindings(app: DeployedApp, deliveryStream: Resource, { BucketARN, Prefix = '' }: Properties, label: string): Finding[] {
  const { Rules = [] } = (app.withArn(BucketARN as string)?.properties.LifecycleConfiguration ?? {}) as { Rules?: Properties[] };
  const expires = Rules.some(({ ExpirationInDays, ExpirationDate, Status, Prefix: own = '', TagFilters }) => Status !== 'Disabled' && !TagFilters
    && (Number(ExpirationInDays) <= 1 || ExpirationDate !== undefined) && mayOverlap(String(own), String(Prefix)));
  return expires ? [findingAt(deliveryStream, {
    rule: 'unreadable-records',
    severity: 'warning',
    message: `Amazon S3 deletes the ${label} within a day of their delivery`,
    fix: 'increase the expiration of the lifecycle rule',
  })] : [];
}

/** Whether a prefix can be the start of another one, which Firehose completes at `!{`. */
function mayOverlap(one: string, other: string): boolean {
  const [first, second] = [one, other].map((prefix) => prefix.split(/!\{|«|\{\{/)[0]);
  return first.startsWith(second) || second.startsWith(first);
}

function keyOf({ EncryptionConfiguration }: Properties): string | undefined {
  return (EncryptionConfiguration as { KMSEncryptionConfig?: { AWSKMSKeyARN?: string } } | undefined)?.KMSEncryptionConfig?.AWSKMSKeyARN;
}

function keyOfBucket(bucket?: Resource): string | undefined {
  return /"KMSMasterKeyID":"([^"]+)"/.exec(JSON.stringify(bucket?.properties.BucketEncryption ?? ''))?.[1];
}

/** The policy of a bucket. In its account, the policies of a role are sufficient as well. */
function policyOfBucket(app: DeployedApp, principal: string, bucket?: Resource): PolicyDocument | undefined {
  const policies = app.ofType('AWS::S3::BucketPolicy').filter(({ properties }) => properties.Bucket === bucket?.deployed?.physicalId);
  const statements = policies.flatMap(({ properties }) => statementsOf(properties.PolicyDocument as PolicyDocument));
  const [ofAccount] = statementsOf(defaultPolicy(principal));
  return statements.length > 0 ? { Statement: [...statements, { ...ofAccount, Action: 's3:*' }] } : undefined;
}

function policiesOf(app: DeployedApp, { deployed, properties }: Resource): PolicyDocument[] {
  const attached = app.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy')
    .filter(({ properties: { Roles, RoleName } }) => [Roles ?? [], RoleName ?? []].flat().some((name) => name === deployed?.physicalId));
  const policies = [...(properties.Policies ?? []) as Properties[], ...attached.map((policy) => policy.properties)];
  return policies.map(({ PolicyDocument: document }) => document as PolicyDocument);
}

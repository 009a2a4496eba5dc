import type { DeployedApp, Resource } from '../deployed-app';
import { type Finding, findingAt, pathOf } from '../finding';
import { all, any, type Decision, isAllowed, type PolicyDocument, statementsOf } from '../simulation/access';
import { defaultPolicy } from '../simulation/simulated-account';
import { described, isUnknown, unknown } from '../simulation/unknown-values';

type Properties = Record<string, unknown>;

/** A consumer cannot read the delivered records, or Firehose cannot write them. */
export function unreadableRecords(app: DeployedApp): Finding[] {
  const deliveryStreams = new Map(app.associations.flatMap(({ destination, label }) => {
    const target = app.withArn(destination);
    return target?.type === 'AWS::KinesisFirehose::DeliveryStream' ? [[target, label] as const] : [];
  }));
  return [...deliveryStreams].flatMap(([deliveryStream, label]) => {
    const destination = destinationOf(deliveryStream);
    if (isUnknown(destination)) return undetermined(deliveryStream, `how Firehose would deliver ${label}`, 'check the delimiter, the role and the bucket');
    return destination ? [
      ...delimiterFindings(deliveryStream, destination, label),
      ...permissionFindings(app, deliveryStream, destination, label),
      ...expirationFindings(app, deliveryStream, destination, label),
    ] : [];
  });
}

function delimiterFindings(deliveryStream: Resource, destination: Properties, label: string): Finding[] {
  const { ProcessingConfiguration: processing, DataFormatConversionConfiguration: conversion } = destination;
  return findingUnless(any([isEnabled(conversion), all([isEnabled(processing), hasDelimiter(processing)])]), deliveryStream, {
    wrong: `Amazon Athena and most other readers cannot read the ${label}: Firehose concatenates the records without a delimiter`,
    undetermined: `whether Firehose adds a newline to each of the ${label}`,
    fix: 'add the processor AppendDelimiterToRecord with the delimiter \\n',
  });
}

interface Messages {
  readonly wrong: string;
  readonly undetermined: string;
  readonly fix: string;
  readonly severity?: 'warning' | 'error';
}

/** A finding if a decision is wrong or unknown. */
function findingUnless(isRight: Decision, deliveryStream: Resource, { wrong, undetermined: question, fix, severity = 'error' }: Messages): Finding[] {
  if (isRight) return [];
  return isRight === false ? [findingAt(deliveryStream, { rule: 'unreadable-records', severity, message: wrong, fix })] : undetermined(deliveryStream, question, fix);
}

function undetermined(deliveryStream: Resource, question: string, fix: string): Finding[] {
  return [findingAt(deliveryStream, { rule: 'unreadable-records', severity: 'info', message: `cannot determine ${question}`, fix })];
}

/** Whether a processor adds a newline to each record. A Lambda function may do that as well. */
function hasDelimiter(processing: unknown): Decision {
  const { Processors: processors = [] } = Object(processing) as { Processors?: Array<{ Type: string; Parameters?: Properties[] }> };
  if (isUnknown(processing) || isUnknown(processors)) return undefined;
  return any(processors.map(({ Type: type, Parameters: parameters = [] }) => {
    if (type !== 'AppendDelimiterToRecord') return isUnknown(type) ? undefined : type === 'Lambda';
    const { ParameterValue: delimiter = '\n' } = parameters.find(({ ParameterName: name }) => name === 'Delimiter') ?? {};
    return isUnknown(delimiter) ? undefined : /\n|\\n/.test(String(delimiter));
  }));
}

function isEnabled(configuration: unknown): Decision {
  if (configuration === undefined) return false;
  const { Enabled: enabled = true } = configuration as Properties;
  return isUnknown(configuration) || isUnknown(enabled) ? undefined : String(enabled) !== 'false';
}

function permissionFindings(app: DeployedApp, deliveryStream: Resource, destination: Properties, label: string): Finding[] {
  const role = app.withArn(destination.RoleARN as string);
  const bucketArn = String(destination.BucketARN);
  const bucket = app.withArn(bucketArn);
  const ownKey = keyOf(destination);
  const key = app.account.keyOf(ownKey ?? keyOfBucket(bucket));
  if (!role) {
    return undetermined(deliveryStream, `whether Firehose would deliver ${label}: the templates do not define the role ${described(destination.RoleARN)}`, 'check the permissions of the role');
  }

  const identityPolicies = policiesOf(app, role);
  const principal = String(role.deployed?.attributes.Arn);
  const { region = unknown('AWS Region') } = deliveryStream.scope;
  const context = {
    'aws:SecureTransport': 'true',
    'kms:ViaService': `s3.${region}.amazonaws.com`,
    ...ownKey && { 's3:x-amz-server-side-encryption': 'aws:kms', 's3:x-amz-server-side-encryption-aws-kms-key-id': ownKey },
  };
  const hasOtherPolicies = role.properties.ManagedPolicyArns !== undefined;
  const requests = [
    { action: 's3:PutObject', resource: `${bucketArn}/object`, resourcePolicy: policyOfBucket(app, principal, bucket), name: app.nameOf(bucketArn) },
    ...key === undefined || key.includes('alias/aws/') ? [] : [{ action: 'kms:GenerateDataKey', resource: key, resourcePolicy: app.account.keys[key]?.policy, name: app.nameOf(key) }],
  ];
  return requests.flatMap(({ name, ...request }) => {
    const allowed = isAllowed({ principal, identityPolicies, context, ...request });
    const isKnown = !(hasOtherPolicies && !allowed) && !(request.resource === key && !request.resourcePolicy);
    return findingUnless(isKnown ? allowed : undefined, deliveryStream, {
      wrong: `Firehose would not deliver ${label}: the role ${pathOf(role)} cannot call ${request.action} on ${name}`,
      undetermined: `whether Firehose would deliver ${label}: the templates do not tell whether the role ${pathOf(role)} can call ${request.action} on ${name}`,
      fix: `allow the role to call ${request.action}`,
    });
  });
}

/** Objects that Amazon S3 deletes or archives before anybody reads them. A rule for other prefixes, or for tags, does not apply to the records. */
function expirationFindings(app: DeployedApp, deliveryStream: Resource, { BucketARN, Prefix = '' }: Properties, label: string): Finding[] {
  const bucket = app.withArn(BucketARN as string);
  const configuration = bucket?.properties.LifecycleConfiguration;
  const { Rules = [] } = Object(configuration) as { Rules?: Properties[] };
  const rules = Rules.filter(({ Status, Prefix: own = '', TagFilters }) => Status !== 'Disabled' && !TagFilters && mayOverlap(String(own), String(Prefix)));
  const isKept = !bucket || isUnknown(configuration) ? undefined : all(rules
    .map(({ ExpirationInDays, ExpirationDate }) => ExpirationDate === undefined && isAfterADay(ExpirationInDays)));
  const expiration = findingUnless(isKept, deliveryStream, {
    severity: 'warning',
    wrong: `Amazon S3 deletes the ${label} within a day of their delivery`,
    undetermined: `whether Amazon S3 deletes the ${label} within a day of their delivery`,
    fix: 'increase the expiration of the lifecycle rule',
  });
  if (expiration.length > 0) return expiration;
  const isAccessible = all(rules.flatMap(transitionsOf).map(({ TransitionInDays }) => isAfterADay(TransitionInDays)));
  return findingUnless(isAccessible, deliveryStream, {
    severity: 'warning',
    wrong: `Amazon S3 archives the ${label} within a day of their delivery, and Amazon Athena and most other readers cannot read archived objects`,
    undetermined: `whether Amazon S3 archives the ${label} within a day of their delivery`,
    fix: 'increase the days of the transition, or use another storage class',
  });
}

function isAfterADay(days: unknown): Decision {
  return isUnknown(days) ? undefined : !(Number(days) <= 1);
}

/** The transitions of a lifecycle rule to a storage class that readers cannot access. */
function transitionsOf({ Transition = [], Transitions = [] }: Properties): Properties[] {
  return ([Transition, Transitions].flat() as Properties[]).filter(({ StorageClass }) => ['GLACIER', 'DEEP_ARCHIVE'].includes(String(StorageClass)));
}

/** Whether a prefix can be the start of another one, which Firehose completes at `!{`. */
function mayOverlap(one: string, other: string): boolean {
  const [first, second] = [one, other].map((prefix) => prefix.split(/!\{|«|\{\{/)[0]);
  return first.startsWith(second) || second.startsWith(first);
}

/** The key that encrypts the objects of a delivery stream. */
export function keyOfDestination(app: DeployedApp, arn?: string): string | undefined {
  const destination = destinationOf(app.withArn(arn)) ?? {};
  return app.account.keyOf(keyOf(destination) ?? keyOfBucket(app.withArn(destination.BucketARN as string)));
}

/** The configuration of the bucket of a delivery stream. */
function destinationOf(deliveryStream?: Resource): Properties | undefined {
  const { ExtendedS3DestinationConfiguration: extended, S3DestinationConfiguration: simple } = deliveryStream?.properties ?? {};
  return (extended ?? simple) as Properties | undefined;
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

import { CfnResource, Token } from 'aws-cdk-lib';
import { Construct } from 'constructs';

/** What a value must be. JavaScript does not prevent values of another type. */
export interface ValueType {
  /** What the value must be, as in "must be a KMS key". */
  readonly description: string;
  /** How to specify such a value. */
  readonly wayOut: string;
  readonly isOptional?: boolean;
  /** Whether users often read the value from the context. */
  readonly isText?: boolean;
  /** Whether the value has no other use than as a prop of this library. */
  readonly isOfLibrary?: boolean;
  /** The type of the elements of a list. */
  readonly elements?: ValueType;
  matches(value: unknown): boolean;
}

export const BOOLEAN: ValueType = { description: 'true or false', wayOut: 'specify true or false', matches: (value) => typeof value === 'boolean' };
export const NUMBER: ValueType = { description: 'a number', wayOut: 'specify a number such as 1', matches: (value) => typeof value === 'number' };

export const COUNT: ValueType = {
  description: 'a whole number of at least 1',
  wayOut: 'specify a number such as 1',
  matches: (value) => typeof value === 'number' && (Token.isUnresolved(value) || (Number.isInteger(value) && value >= 1)),
};

// The members decide, because a class check would fail for an object of another copy of aws-cdk-lib.
export const DURATION = objectWith(['isUnresolved', 'toSeconds'], 'a Duration', 'specify a duration such as Duration.hours(1)');
export const ALARM_ACTION = objectWith(['bind'], 'a CloudWatch alarm action', 'specify an action such as new SnsAction(topic)');
export const RULE_TARGET = objectWith(['bind'], 'an Amazon EventBridge target', 'specify a target such as new SnsTopic(topic)');
export const DELIVERY_DESTINATION = objectWith(['bind'], 'a destination of a delivery stream', 'specify a destination such as new S3Bucket(bucket)');
export const DELIVERY_STREAM_ENCRYPTION = objectWith(['type'], 'a StreamEncryption of a delivery stream',
  'specify StreamEncryption.customerManagedKey(key) or StreamEncryption.awsOwnedKey() of aws-cdk-lib/aws-kinesisfirehose');
export const GRANTEE = objectWith(['grantPrincipal'], 'an IAM principal', 'specify a role, a user or a group, or a resource that has a role');

export const KEY = constructWith(['keyArn', 'grantDecrypt'], 'a KMS key', 'specify a Key, or import a key with Key.fromKeyArn() or Key.fromCfnKey()');
export const ROLE = constructWith(['roleArn', 'grantPrincipal'], 'an IAM role', 'specify a Role, or import a role with Role.fromRoleArn()');
export const BUCKET = constructWith(['bucketArn', 'grantRead'], 'an Amazon S3 bucket',
  'specify a Bucket, or import a bucket with Bucket.fromBucketAttributes({ bucketName, encryptionKey })');
export const DASHBOARD = constructWith(['addWidgets'], 'a CloudWatch dashboard', 'specify a Dashboard, or remove dashboard to create one');

export const INSTANCE = referenceTo('AWS::Connect::Instance', 'instanceRef', 'instanceArn', 'an Amazon Connect instance',
  'specify a CfnInstance, or import an instance with ConnectInstance.fromInstanceArn()');
export const KINESIS_STREAM = referenceTo('AWS::Kinesis::Stream', 'streamRef', 'streamArn', 'a Kinesis data stream',
  'specify a Stream or a CfnStream, or import a stream with Stream.fromStreamAttributes()');
export const DELIVERY_STREAM = referenceTo('AWS::KinesisFirehose::DeliveryStream', 'deliveryStreamRef', 'deliveryStreamArn', 'a Firehose delivery stream',
  'specify a DeliveryStream or a CfnDeliveryStream, or import a delivery stream with DeliveryStream.fromDeliveryStreamArn()');
export const GLUE_DATABASE: ValueType = {
  description: 'an AWS Glue database',
  wayOut: 'specify a CfnDatabase, or remove database to create one',
  matches: (value) => hasReference(value, 'AWS::Glue::Database', 'databaseRef', 'databaseName'),
};

/** A value of the type, or undefined. */
export function optional(type: ValueType): ValueType {
  return { ...type, isOptional: true };
}

export function listOf(elements: ValueType): ValueType {
  return { description: 'a list', wayOut: `${elements.wayOut}, in a list`, elements, matches: Array.isArray };
}

/** A member of an enumeration. */
export function memberOf(name: string, enumeration: Record<string, string>): ValueType {
  const members = Object.keys(enumeration).map((member) => `${name}.${member}`);
  return { description: `one of ${members.join(', ')}`, wayOut: `specify a value such as ${members[0]}`, matches: (value) => Object.values(enumeration).includes(value as string) };
}

/** A text, which can contain unresolved tokens. */
export function text(description: string, wayOut: string): ValueType {
  return { description, wayOut, isText: true, matches: (value) => typeof value === 'string' };
}

/** The name of a stream or delivery stream. */
export function nameWithin(characters: number): ValueType {
  return {
    description: `a name of at most ${characters} letters, digits, underscores, periods and hyphens`,
    wayOut: 'specify another name, or omit the name to generate one',
    matches: (value) => typeof value === 'string' && (Token.isUnresolved(value) || (/^[\w.-]+$/.test(value) && value.length <= characters)),
  };
}

/** An object with these members. */
export function objectWith(members: string[], description: string, wayOut: string): ValueType {
  return { description, wayOut, matches: (value) => hasMembers(value, members) };
}

/** A construct with these members. */
function constructWith(members: string[], description: string, wayOut: string): ValueType {
  return { description, wayOut, matches: (value) => Construct.isConstruct(value) && hasMembers(value, members) };
}

/** A construct that is a resource, or an object that refers to it. */
function referenceTo(resourceType: string, name: string, attribute: string, description: string, wayOut: string): ValueType {
  return { description, wayOut, matches: (value) => hasMembers(value, ['node', 'env']) && hasReference(value, resourceType, name, attribute) };
}

/** Whether the value has the reference. Resources of other services can have a reference of the same name. */
function hasReference(value: unknown, resourceType: string, name: string, attribute: string): boolean {
  if (!hasMembers(value, [name]) || typeof (value as Record<string, Record<string, unknown>>)[name][attribute] !== 'string') return false;
  return !CfnResource.isCfnResource(value as Construct) || (value as CfnResource).cfnResourceType === resourceType;
}

/** Not with `instanceof`, which fails for an object of another realm. */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

function hasMembers(value: unknown, members: string[]): boolean {
  return isObject(value) && members.every((member) => member in value && (value as Record<string, unknown>)[member] != null);
}

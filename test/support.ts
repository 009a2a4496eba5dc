import { mkdtempSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { App, aws_connect as connect, Stack, type StackProps, Validations } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import type { Construct } from 'constructs';
import { ConnectInstance } from '../src';
import { renderString, singleQuoted } from './template/render';

export const ACCOUNT = '111122223333';
export const REGION = 'us-east-1';
export const ENV = { account: ACCOUNT, region: REGION };
export const INSTANCE_ID = 'aaaaaaaa-bbbb-cccc-dddd-111111111111';
export const INSTANCE_ARN = `arn:aws:connect:${REGION}:${ACCOUNT}:instance/${INSTANCE_ID}`;
export const OTHER_INSTANCE_ARN = `arn:aws:connect:${REGION}:${ACCOUNT}:instance/aaaaaaaa-bbbb-cccc-dddd-222222222222`;
export const ROLE_ARN = `arn:aws:iam::${ACCOUNT}:role/aws-service-role/connect.amazonaws.com/AWSServiceRoleForAmazonConnect_abc`;
export const KEY_ARN = `arn:aws:kms:${REGION}:${ACCOUNT}:key/11111111-2222-3333-4444-555555555555`;
export const STREAM_ARN = `arn:aws:kinesis:${REGION}:${ACCOUNT}:stream/existing`;
export const DELIVERY_STREAM_ARN = `arn:aws:firehose:${REGION}:${ACCOUNT}:deliverystream/existing`;

export const SID = 'Allow use of the key for Amazon Connect streaming';

export function newStack(props: StackProps = { env: ENV }): Stack {
  return new Stack(new App(), 'Stack', props);
}

export function existingInstance(scope: Construct, id = 'Instance', arn = INSTANCE_ARN): ConnectInstance {
  return ConnectInstance.fromInstanceArn(scope, id, arn);
}

export function instanceWithRole(scope: Construct, id = 'Instance', instanceArn = INSTANCE_ARN, serviceRoleArn = ROLE_ARN): ConnectInstance {
  return ConnectInstance.fromInstanceAttributes(scope, id, { instanceArn, serviceRoleArn });
}

/** Adds a dependency between two stacks, with the method of newer releases if it exists. */
export function addDependency(stack: Stack, on: Stack): void {
  const { addStackDependency = stack.addDependency } = stack as Stack & { addStackDependency?: typeof stack.addDependency };
  addStackDependency.call(stack, on);
}

/** The end of a warning, which contains its id. The prefix of the id depends on the release of AWS CDK. */
export function acknowledgment(id: string): string {
  const app = new App();
  Validations.of(app).addWarning(`cdk-connect-data-streaming:${id}`, '');
  return app.node.metadata[0].data as string;
}

/** The end of an error that does not interrupt the construction. */
export function errorId(id: string): string {
  const app = new App();
  Validations.of(app).addError(`cdk-connect-data-streaming:${id}`, '');
  return app.node.metadata[0].data as string;
}

/** Creates an instance in the app. */
export function newInstance(scope: Construct): connect.CfnInstance {
  return new connect.CfnInstance(scope, 'Instance', {
    attributes: { inboundCalls: true, outboundCalls: true },
    identityManagementType: 'CONNECT_MANAGED',
    instanceAlias: 'contact-center',
  });
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Principal: { readonly AWS: unknown };
  readonly Action: unknown;
  readonly Resource: unknown;
  readonly Condition?: unknown;
}

interface Resource {
  readonly Type: string;
  readonly Properties: Record<string, unknown>;
  readonly DependsOn?: string[];
}

/** Returns the resources of a type by logical id. */
export function resources(stack: Stack, type: string): Record<string, Resource> {
  return Template.fromStack(stack).findResources(type) as Record<string, Resource>;
}

export function types(stack: Stack): string[] {
  const all = (Template.fromStack(stack).toJSON().Resources ?? {}) as Record<string, Resource>;
  return Object.values(all).map((resource) => resource.Type).sort();
}

/** Returns the statements for Amazon Connect in all key policies of the stack. */
export function connectStatements(stack: Stack): Statement[] {
  return Object.values(resources(stack, 'AWS::KMS::Key'))
    .flatMap((key) => (key.Properties.KeyPolicy as { Statement: Statement[] }).Statement)
    .filter((statement) => statement.Sid?.startsWith(SID));
}

export function associations(stack: Stack): Record<string, Resource> {
  return resources(stack, 'AWS::Connect::InstanceStorageConfig');
}

/** Returns the only resource, with its logical id. */
export function theOnly(found: Record<string, Resource>): [string, Resource] {
  const entries = Object.entries(found);
  expect(entries).toHaveLength(1);
  return entries[0];
}

/** Returns the AWS API calls of the custom resources, as their handler parses them. */
export function sdkCalls(stack: Stack, event: 'Create' | 'Update' | 'Delete' = 'Create'): Array<Record<string, unknown>> {
  return Object.values(resources(stack, 'Custom::AWS'))
    .filter((resource) => event in resource.Properties)
    .map((resource) => JSON.parse(renderString(resource.Properties[event], singleQuoted)) as Record<string, unknown>);
}

/** A temporary folder with these files. */
export function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'files-'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(folder, name), content);
  return folder;
}

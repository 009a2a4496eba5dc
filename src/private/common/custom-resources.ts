import { Annotations, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AwsCustomResource, AwsCustomResourcePolicy, type AwsSdkCall } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { errorAt } from './errors';
import { singletonIn } from './singleton';

const MAX_POLICY_CHARACTERS = 10_240;

/** A call of an AWS API, and the permissions that it requires. */
interface SdkCall {
  /** What the custom resource creates or looks up, for an error message. */
  readonly purpose: string;
  /** The call on update, and on creation. */
  readonly onUpdate: AwsSdkCall;
  readonly onDelete?: AwsSdkCall;
  readonly statements: PolicyStatement[];
}

/**
 * The custom resources of a stack that call AWS APIs. All of them share one Lambda function and its role, and IAM limits the
 * size of the inline policies of a role.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export class CustomResources extends Construct {
  public static of(stack: Stack): CustomResources {
    return singletonIn(stack, 'ConnectSdkCalls', CustomResources);
  }

  private policyCharacters = 0;

  public add(id: string, { purpose, statements, ...calls }: SdkCall): AwsCustomResource {
    const resource = new AwsCustomResource(Stack.of(this), id, {
      ...calls,
      policy: AwsCustomResourcePolicy.fromStatements(statements),
      installLatestAwsSdk: false, // the SDK of the Lambda runtime supports these calls, and installing another takes about a minute
      memorySize: 512, // the CDK's default for a function that installs the SDK, in case another resource of the app requests that
    });
    this.validatePolicySize(resource, purpose, statements);
    return resource;
  }

  /** Adds an error to the first custom resource that exceeds the quota. Tokens are counted as empty, since their length is unknown. */
  private validatePolicySize(resource: AwsCustomResource, purpose: string, statements: PolicyStatement[]): void {
    const document = JSON.stringify({ Statement: statements.map((statement) => statement.toStatementJson() as unknown), Version: '2012-10-17' });
    const wasWithinQuota = this.policyCharacters <= MAX_POLICY_CHARACTERS;
    this.policyCharacters += document.replace(/\$\{Token\[[^\]]*\]\}/g, '').length;

    if (wasWithinQuota && this.policyCharacters > MAX_POLICY_CHARACTERS) {
      const { message } = errorAt(Stack.of(this), `cannot add ${purpose}: the custom resources of a stack share a role, and its inline `
        + `policies would exceed ${MAX_POLICY_CHARACTERS.toLocaleString('en-US')} characters, got ${this.policyCharacters} or more`,
      'move some of the instances to another stack; if the stack contains lookups, specify roles with ConnectInstance.fromInstanceAttributes(), or '
        + 'use ConnectInstance.fromLookup()');
      Annotations.of(resource).addError(message);
    }
  }
}

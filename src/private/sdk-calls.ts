import { Annotations, Stack } from 'aws-cdk-lib';
import type { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { AwsCustomResource, AwsCustomResourcePolicy, type AwsSdkCall } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { printable } from './printable';

const ID = 'ConnectSdkCalls';
const MOST_POLICY_CHARACTERS = 10_240;

interface SdkCall {
  /** What it is, for an error message. */
  readonly name: string;
  readonly onUpdate: AwsSdkCall; // on creation too
  readonly onDelete?: AwsSdkCall;
  readonly statements: PolicyStatement[];
}

/**
 * The calls of the AWS API that custom resources of a stack make. All share one Lambda function, and so one role, whose
 * inline policies IAM limits.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
 */
export class SdkCalls extends Construct {
  public static of(stack: Stack): SdkCalls {
    return stack.node.tryFindChild(ID) as SdkCalls | undefined ?? new SdkCalls(stack, ID);
  }

  private policyCharacters = 0;

  public add(id: string, { name, statements, ...calls }: SdkCall): AwsCustomResource {
    const resource = new AwsCustomResource(Stack.of(this), id, {
      ...calls,
      policy: AwsCustomResourcePolicy.fromStatements(statements),
      installLatestAwsSdk: false, // the SDK of the Lambda runtime knows these calls, and needs no minute to be installed
      memorySize: 512, // what the CDK gives a function that installs the SDK, in case a resource of the app has it do so
    });
    this.requireRoom(resource, name, statements);
    return resource;
  }

  private requireRoom(resource: AwsCustomResource, name: string, statements: PolicyStatement[]): void {
    const document = JSON.stringify({ Statement: statements.map((statement) => statement.toStatementJson() as unknown), Version: '2012-10-17' });
    const hadRoom = this.policyCharacters <= MOST_POLICY_CHARACTERS;
    this.policyCharacters += document.replace(/\$\{Token\[[^\]]*\]\}/g, '').length; // of a token, nothing is known

    if (hadRoom && this.policyCharacters > MOST_POLICY_CHARACTERS) {
      Annotations.of(resource).addError(`${Stack.of(this).node.path}: no room for ${printable(this, name)}: the role that the custom resources of a stack `
        + `share may have ${MOST_POLICY_CHARACTERS} characters of inline policies, and with this it has ${this.policyCharacters} or more; put some of the instances `
        + 'into another stack, or save look-ups: pass roles with ConnectInstance.fromInstanceAttributes(), or use ConnectInstance.fromLookup()');
    }
  }
}

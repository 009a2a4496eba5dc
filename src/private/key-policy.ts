import * as iam from 'aws-cdk-lib/aws-iam';
import { CfnKey, type IKey } from 'aws-cdk-lib/aws-kms';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { printable } from './printable';
import { knownServiceRoleArn, serviceRoleArn } from './service-role';

const SID = 'Allow use of the key for Amazon Connect streaming';

/**
 * Lets the instance encrypt with a key of this app. Returns the key: what streams must wait for its policy.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/data-streaming.html
 */
export function allowInKeyPolicy(scope: Construct, key: IKey, instance: connect.IInstanceRef): CfnKey {
  const resource = [key.node.defaultChild, key.node.scope].find(CfnKey.isCfnKey);
  if (!resource) {
    const roleArn = knownServiceRoleArn(instance) ?? '<ServiceRole of aws connect describe-instance>';
    throw new Error(`${scope.node.path}: the policy of the key ${printable(scope, key.keyArn)} is not this app's, so Amazon Connect `
      + 'can\'t be let in here, and records would be lost; use a key that this app makes. The statement that the policy needs is '
      + printable(scope, statement(roleArn).toStatementJson()));
  }
  KeyPolicyStatements.of(resource).allow(key, serviceRoleArn(resource.stack, instance));
  return resource;
}

/** The statements for Amazon Connect in the policy of one key: one per service-linked role. */
class KeyPolicyStatements extends Construct {
  public static of(resource: CfnKey): KeyPolicyStatements {
    const id = 'AmazonConnectStreaming';
    return resource.node.tryFindChild(id) as KeyPolicyStatements | undefined ?? new KeyPolicyStatements(resource, id);
  }

  private readonly roleArns = new Set<string>();

  public allow(key: IKey, roleArn: string): void {
    if (this.roleArns.has(roleArn)) return;

    this.roleArns.add(roleArn);
    const number = this.roleArns.size;
    key.addToResourcePolicy(statement(roleArn, number === 1 ? SID : `${SID} ${number}`));
  }
}

function statement(roleArn: string, sid = SID): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    principals: [new iam.ArnPrincipal(roleArn)],
    actions: ['kms:GenerateDataKey'],
    resources: ['*'], // in a key policy: this key
  });
}

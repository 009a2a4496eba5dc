import * as iam from 'aws-cdk-lib/aws-iam';
import type { CfnKey, IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';

const SID = 'Allow use of the key for Amazon Connect streaming';

/** The statements for Amazon Connect in the policy of one key: one per service-linked role. */
export class KeyPolicyStatements extends Construct {
  public static of(resource: CfnKey): KeyPolicyStatements {
    const id = 'AmazonConnectStreaming';
    return resource.node.tryFindChild(id) as KeyPolicyStatements | undefined ?? new KeyPolicyStatements(resource, id);
  }

  private readonly roleArns = new Set<string>();

  public allow(key: IKey, roleArn: string): void {
    if (this.roleArns.has(roleArn)) return;

    this.roleArns.add(roleArn);
    const number = this.roleArns.size;
    key.addToResourcePolicy(keyPolicyStatement(roleArn, number === 1 ? SID : `${SID} ${number}`));
  }
}

/** @see https://docs.aws.amazon.com/connect/latest/adminguide/data-streaming.html */
export function keyPolicyStatement(roleArn: string, sid = SID): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    principals: [new iam.ArnPrincipal(roleArn)],
    actions: ['kms:GenerateDataKey'],
    resources: ['*'], // in a key policy: this key
  });
}

import type { Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { CfnKey, IKey } from 'aws-cdk-lib/aws-kms';
import { Construct } from 'constructs';
import { singletonIn } from '../common/singleton';

const SID = 'Allow use of the key for Amazon Connect streaming';

/** The statements for Amazon Connect in the key policies of a stack: one per key and service-linked role. */
export class KeyPolicies extends Construct {
  public static of(stack: Stack): KeyPolicies {
    return singletonIn(stack, 'ConnectKeyPolicyStatements', KeyPolicies);
  }

  private readonly roleArns = new Map<CfnKey, Set<string>>();

  /** Allows the role to encrypt with the key. */
  public allow(key: IKey, resource: CfnKey, roleArn: string): void {
    const roleArns = this.roleArns.get(resource) ?? new Set();
    if (roleArns.has(roleArn)) return;

    this.roleArns.set(resource, roleArns.add(roleArn));
    key.addToResourcePolicy(keyPolicyStatement(roleArn, roleArns.size === 1 ? SID : `${SID} ${roleArns.size}`));
  }
}

/** @see https://docs.aws.amazon.com/connect/latest/adminguide/data-streaming.html */
export function keyPolicyStatement(roleArn: string, sid = SID): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    principals: [new iam.ArnPrincipal(roleArn)],
    actions: ['kms:GenerateDataKey'],
    resources: ['*'], // in a key policy, the key that it belongs to
  });
}

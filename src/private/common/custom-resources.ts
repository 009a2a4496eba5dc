import { type CfnResource, Stack } from 'aws-cdk-lib';
import type { IRole } from 'aws-cdk-lib/aws-iam';
import { AwsCustomResource, AwsCustomResourcePolicy, type AwsSdkCall, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { singletonIn } from './construct-tree';
import { addError, errorAt } from './errors';
import { type Permission, RolePolicies } from './role-policies';

const SHARED_FUNCTION = {
  installLatestAwsSdk: false, // the SDK of the Lambda runtime supports these calls, and installing another takes about a minute
  memorySize: 512, // the CDK's default for a function that installs the SDK, in case another resource of the app requests that
};

/** A call of an AWS API, and the permissions that it requires. */
interface SdkCall {
  /** What the custom resource creates or looks up, for an error message. */
  readonly purpose: string;
  /** The call on update, and on creation. */
  readonly onUpdate: AwsSdkCall;
  readonly onDelete?: AwsSdkCall;
  readonly permissions: readonly Permission[];
}

/** The custom resources of a stack that call AWS APIs. All of them share one Lambda function, its role, and the policies of that role. */
export class CustomResources extends Construct {
  public static of(stack: Stack): CustomResources {
    return singletonIn(stack, 'ConnectSdkCalls', CustomResources);
  }

  /** The role of the Lambda function. */
  public readonly role: IRole;

  private readonly policies: RolePolicies;
  private hasError = false;

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.role = this.roleOfSharedFunction();
    this.policies = new RolePolicies(this, this.role);
  }

  /** Adds a custom resource. */
  public add(id: string, { purpose, permissions, ...calls }: SdkCall): CfnResource {
    const resource = new AwsCustomResource(Stack.of(this), id, {
      ...calls,
      role: this.role,
      ...SHARED_FUNCTION,
    });
    const customResource = resource.node.defaultChild!.node.defaultChild as CfnResource;
    this.policies.allow(customResource, permissions);
    this.validateQuota(resource, purpose);
    return customResource;
  }

  /**
   * `AwsCustomResource` creates the function and its role on first use in a stack, and accepts no custom resource without a policy
   * of its own or a role. This first use is not part of the app, so that the role is the same whatever the app creates first.
   */
  private roleOfSharedFunction(): IRole {
    const { grantPrincipal } = new AwsCustomResource(this, 'FirstUse', {
      onUpdate: { service: 'connect', action: 'DescribeInstance', physicalResourceId: PhysicalResourceId.of('first-use') },
      policy: AwsCustomResourcePolicy.fromSdkCalls({ resources: [] }),
      ...SHARED_FUNCTION,
    });
    this.node.tryRemoveChild('FirstUse');
    return grantPrincipal as IRole;
  }

  /** Adds an error to the first custom resource that exceeds the quota. */
  private validateQuota(resource: AwsCustomResource, purpose: string): void {
    if (this.hasError || !this.policies.exceedQuota) return;

    this.hasError = true;
    addError(resource, 'policyQuota', errorAt(Stack.of(this), `cannot add ${purpose}: the custom resources of a stack share a role, and IAM allows a role to have at most `
      + '10 managed policies by default', 'move some of the instances to another stack'));
  }
}

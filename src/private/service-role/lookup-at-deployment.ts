import { CfnResource, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { CustomResources } from '../common/custom-resources';
import { format } from '../common/formatting';
import { shortHash } from '../common/identity';
import type { Instance } from '../common/instance';
import { referencesIn } from '../common/references';
import { singletonIn } from '../common/singleton';

const SERVICE_ROLE = 'Instance.ServiceRole';
const MAX_PARALLEL_AT_START = 5; // the burst of DescribeInstance
const MAX_PARALLEL = 2; // its calls per second

/**
 * The lookups of a stack at deployment: one per instance. The first five run in parallel, the rest two at a time.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html
 */
export class DeploymentLookups extends Construct {
  public static of(stack: Stack): DeploymentLookups {
    return singletonIn(stack, 'ConnectServiceRoles', DeploymentLookups);
  }

  private readonly roleArns = new Map<string, string>();
  private readonly sequence: AwsCustomResource[] = [];

  /** Returns the ARN of the service-linked role of the instance, as an attribute of its lookup. */
  public lookUp({ identity, arn }: Instance): string {
    const roleArn = this.roleArns.get(identity) ?? this.add(identity, arn).getResponseField(SERVICE_ROLE);
    this.roleArns.set(identity, roleArn);
    return roleArn;
  }

  private add(identity: string, instanceArn: string): AwsCustomResource {
    // A lookup that depends on a resource is not part of the sequence: that resource may depend on another lookup.
    const isInSequence = !referencesIn(this, instanceArn).some(({ target }) => CfnResource.isCfnResource(target));
    const previous = isInSequence && this.sequence.length >= MAX_PARALLEL_AT_START ? this.sequence.at(-MAX_PARALLEL) : undefined;

    const lookup = newLookup(Stack.of(this), `ConnectServiceRole${shortHash(identity)}`, instanceArn, previous === undefined);
    if (previous) lookup.node.defaultChild!.node.addDependency(previous.node.defaultChild!);
    if (isInSequence) this.sequence.push(lookup);
    return lookup;
  }
}

function newLookup(stack: Stack, id: string, instanceArn: string, isFirst: boolean): AwsCustomResource {
  const describeInstance = new PolicyStatement({ actions: ['connect:DescribeInstance'], resources: [instanceArn] });
  // DescribeInstance requires it, and it has no resource level. Later lookups share the role, which has the permission by then.
  const describeDirectories = new PolicyStatement({ actions: ['ds:DescribeDirectories'], resources: ['*'] });
  return CustomResources.of(stack).add(id, {
    purpose: `the lookup of the service-linked role of ${format(stack, instanceArn)}`,
    onUpdate: {
      service: 'connect',
      action: 'DescribeInstance',
      parameters: { InstanceId: instanceArn },
      outputPaths: [SERVICE_ROLE], // the complete response may exceed the 4 KiB that a custom resource can return
      physicalResourceId: PhysicalResourceId.fromResponse('Instance.Id'),
    },
    statements: isFirst ? [describeInstance, describeDirectories] : [describeInstance],
  });
}

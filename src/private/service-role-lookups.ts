import { CfnResource, Stack } from 'aws-cdk-lib';
import { PolicyStatement } from 'aws-cdk-lib/aws-iam';
import { type AwsCustomResource, PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { instanceIdentity, shortName } from './identity';
import { referencesIn } from './references';
import { SdkCalls } from './sdk-calls';

const ID = 'ConnectServiceRoles';
const SERVICE_ROLE = 'Instance.ServiceRole';
const BURST = 5; // Amazon Connect takes so many of these calls at once,
const RATE = 2; // and so many a second after that

/**
 * The look-ups of a stack: one per instance, and only so many at a time.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-service-limits.html
 */
export class ServiceRoleLookups extends Construct {
  public static of(stack: Stack): ServiceRoleLookups {
    return stack.node.tryFindChild(ID) as ServiceRoleLookups | undefined ?? new ServiceRoleLookups(stack, ID);
  }

  private readonly roleArns = new Map<string, string>();
  private readonly queue: AwsCustomResource[] = [];

  /** The ARN of the role of the instance, looked up when the stack is deployed. */
  public lookUp(instance: connect.IInstanceRef): string {
    const identity = instanceIdentity(instance);
    const roleArn = this.roleArns.get(identity) ?? this.add(identity, instance.instanceRef.instanceArn).getResponseField(SERVICE_ROLE);
    this.roleArns.set(identity, roleArn);
    return roleArn;
  }

  private add(identity: string, instanceArn: string): AwsCustomResource {
    // What waits for a resource can't queue: the resource may wait for something in the queue.
    const queues = !referencesIn(this, instanceArn).some(({ target }) => CfnResource.isCfnResource(target));
    const previous = queues && this.queue.length >= BURST ? this.queue.at(-RATE) : undefined;

    const lookup = newLookup(Stack.of(this), `ConnectServiceRole${shortName(identity)}`, instanceArn, previous === undefined);
    if (previous) lookup.node.defaultChild!.node.addDependency(previous.node.defaultChild!);
    if (queues) this.queue.push(lookup);
    return lookup;
  }
}

function newLookup(stack: Stack, id: string, instanceArn: string, isFirst: boolean): AwsCustomResource {
  const describeInstance = new PolicyStatement({ actions: ['connect:DescribeInstance'], resources: [instanceArn] });
  // DescribeInstance needs it, and it has no resource level. What comes later in the queue has the same role, which has it then.
  const describeDirectories = new PolicyStatement({ actions: ['ds:DescribeDirectories'], resources: ['*'] });
  return SdkCalls.of(stack).add(id, {
    name: `the look-up of the role of ${instanceArn}`,
    onUpdate: {
      service: 'connect',
      action: 'DescribeInstance',
      parameters: { InstanceId: instanceArn },
      outputPaths: [SERVICE_ROLE], // the whole answer may exceed the 4 KiB that a custom resource may return
      physicalResourceId: PhysicalResourceId.fromResponse('Instance.Id'),
    },
    statements: isFirst ? [describeInstance, describeDirectories] : [describeInstance],
  });
}

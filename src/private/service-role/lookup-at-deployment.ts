import { type CfnResource, Stack } from 'aws-cdk-lib';
import { PhysicalResourceId } from 'aws-cdk-lib/custom-resources';
import { Construct } from 'constructs';
import { ConnectApiCalls } from '../common/connect-api-calls';
import { singletonIn } from '../common/construct-tree';
import { CustomResources } from '../common/custom-resources';
import { format } from '../common/formatting';
import { shortHash } from '../common/identity';
import type { Instance } from '../common/instance';

const SERVICE_ROLE = 'Instance.ServiceRole';

/** The lookups of a stack at deployment: one per instance. */
export class DeploymentLookups extends Construct {
  public static of(stack: Stack): DeploymentLookups {
    return singletonIn(stack, 'ConnectServiceRoles', DeploymentLookups);
  }

  private readonly roleArns = new Map<string, string>();

  /** Returns the ARN of the service-linked role of the instance, as an attribute of its lookup. */
  public lookUp({ identity, arn }: Instance): string {
    const roleArn = this.roleArns.get(identity) ?? this.add(identity, arn).getAtt(SERVICE_ROLE).toString();
    this.roleArns.set(identity, roleArn);
    return roleArn;
  }

  private add(identity: string, instanceArn: string): CfnResource {
    const lookup = newLookup(Stack.of(this), `ConnectServiceRole${shortHash(identity)}`, instanceArn);
    ConnectApiCalls.of(this).addLookup(lookup);
    return lookup;
  }
}

function newLookup(stack: Stack, id: string, instanceArn: string): CfnResource {
  return CustomResources.of(stack).add(id, {
    purpose: `the lookup of the service-linked role of ${format(stack, instanceArn)}`,
    onUpdate: {
      service: 'connect',
      action: 'DescribeInstance',
      parameters: { InstanceId: instanceArn },
      outputPaths: [SERVICE_ROLE], // the complete response may exceed the 4 KiB that a custom resource can return
      physicalResourceId: PhysicalResourceId.fromResponse('Instance.Id'),
    },
    permissions: [
      { action: 'connect:DescribeInstance', resource: instanceArn },
      { action: 'ds:DescribeDirectories', resource: '*' }, // DescribeInstance requires it, and it has no resource level
    ],
  });
}

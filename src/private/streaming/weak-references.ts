import { AspectPriority, Aspects, CfnDeletionPolicy, type CfnResource } from 'aws-cdk-lib';
import type { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import { DEFAULT_CROSS_STACK_REFERENCES } from 'aws-cdk-lib/cx-api';
import { addWarning } from '../common/errors';

/**
 * Adds a warning for each resource in another stack that CloudFormation deletes when it replaces it. An export would prevent the
 * replacement while the stack of the association uses it, but a weak reference does not.
 *
 * @see https://docs.aws.amazon.com/cdk/v2/guide/featureflags.html
 */
export function warnOfWeakReferences(association: CfnInstanceStorageConfig, resources: CfnResource[]): void {
  if (!['weak', 'both'].includes(String(association.node.tryGetContext(DEFAULT_CROSS_STACK_REFERENCES)))) return;

  for (const resource of resources.filter(({ stack }) => stack !== association.stack)) {
    Aspects.of(resource).add({ visit: () => warnIfDeleted(association, resource) }, { priority: AspectPriority.READONLY }); // aspects can change the removal policy
  }
}

function warnIfDeleted(association: CfnInstanceStorageConfig, { cfnOptions, node, stack }: CfnResource): void {
  if (cfnOptions.updateReplacePolicy === CfnDeletionPolicy.RETAIN) return;
  addWarning(association, 'weakReference',
    `CloudFormation deletes ${node.path} if it replaces it, because references between stacks are weak. Records are then lost between the deployments `
    + `of ${stack.node.path} and ${association.stack.node.path}`,
    'set the removal policy of the resource to RemovalPolicy.RETAIN, or acknowledge this warning');
}

import type { Construct } from 'constructs';
import { partsOf, ROLE_ARN, validateArn } from '../common/arn';
import { addWarning, errorAt } from '../common/errors';
import { format } from '../common/formatting';
import { isDifferent } from '../common/tokens';

interface InstanceAttributes {
  readonly instanceArn: string;
  readonly serviceRoleArn?: string;
}

const WAY_OUT = 'specify the ServiceRole that `aws connect describe-instance` returns for this instance';

/** Throws if the role cannot be that of the instance: it is in another account, or the service-linked role of another service. */
export function validateServiceRole(scope: Construct, { instanceArn, serviceRoleArn }: InstanceAttributes, path: string): void {
  if (serviceRoleArn === undefined) return;

  validateArn(scope, 'serviceRoleArn', serviceRoleArn, ROLE_ARN, path);
  const [instance, role] = [instanceArn, serviceRoleArn].map(partsOf);
  for (const [part, index] of [['partition', 1], ['account', 4]] as const) {
    const [expected, actual] = [instance[index], role[index]];
    if (expected && actual && isDifferent(expected, actual)) {
      throw errorAt(path, `serviceRoleArn must be in the ${part} of the instance, ${expected}, got "${format(scope, serviceRoleArn)}"`, WAY_OUT);
    }
  }
  const service = serviceOf(serviceRoleArn);
  if (service && isDifferent(service, 'connect.amazonaws.com')) {
    throw errorAt(path, `serviceRoleArn must be the service-linked role of Amazon Connect, got "${format(scope, serviceRoleArn)}" of ${service}`, WAY_OUT);
  }
}

/** Warns if the role is not service-linked, which only instances have that were created before October 2018. */
export function warnOfOtherRole(instance: Construct, serviceRoleArn: string | undefined): void {
  if (!serviceRoleArn?.startsWith('arn:') || serviceOf(serviceRoleArn)) return;

  addWarning(instance, 'notServiceLinkedRole',
    `serviceRoleArn is not a service-linked role, got ${format(instance, serviceRoleArn)}. If Amazon Connect does not use this role, records are lost`,
    `${WAY_OUT}, or acknowledge this warning if the instance was created before October 2018`);
}

/** The service that the role is linked to. */
function serviceOf(roleArn: string): string | undefined {
  return /:role\/aws-service-role\/([^/]+)\//.exec(roleArn)?.[1];
}

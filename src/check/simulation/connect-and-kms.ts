import { type Decision, isAllowed, type PolicyDocument, remembered } from './access';
import type { Grant, SimulatedAccount } from './simulated-account';
import { isEqual, splitText } from './unknown-values';

/** The role of the Lambda function that calls, with the policies that it has at this moment. */
export interface Caller {
  readonly role: string;
  /** Undefined if the templates do not define the role. */
  readonly policies?: readonly PolicyDocument[];
  /** The Region whose endpoints the function calls. */
  readonly region?: string;
  /** The conditions under which the custom resource exists, if their values are unknown. */
  readonly conditions?: readonly string[];
}

/** An error of an AWS service. */
export class ServiceError extends Error {
  constructor(public readonly status: number, name: string, message: string) {
    super(message);
    this.name = name;
  }
}

/** The operations of Amazon Connect and AWS KMS that custom resources call. */
export class ConnectAndKms {
  constructor(
    private readonly account: SimulatedAccount,
    private readonly caller: Caller,
  ) {}

  public describeInstance(idOrArn: string): Record<string, unknown> {
    const arn = this.account.instanceArn(idOrArn);
    if (!arn || !this.isInRegion(arn)) throw new ServiceError(404, 'ResourceNotFoundException', `Instance ${idOrArn} does not exist`);
    this.require('connect:DescribeInstance', arn);
    this.require('ds:DescribeDirectories', '*', 'connect:DescribeInstance', arn);
    return {
      Instance: {
        Id: arn.split('/')[1],
        Arn: arn,
        IdentityManagementType: 'CONNECT_MANAGED',
        InstanceAlias: 'contact-center',
        ServiceRole: this.account.roleOf(arn),
        ...this.account.instances[arn]?.attributes,
      },
    };
  }

  public createGrant(keyArn: string, parameters: Omit<Grant, 'id' | 'conditions'>): Record<string, unknown> {
    const { conditions } = this.caller;
    const wanted: Omit<Grant, 'id'> = { ...parameters, ...conditions && { conditions } };
    const required = { KeyId: keyArn, GranteePrincipal: wanted.grantee, Operations: wanted.operations };
    for (const [name, value] of Object.entries(required)) if (value === undefined) throw new ServiceError(400, 'ValidationException', `${name} must not be null`);
    const key = this.key(keyArn);
    const context = { 'kms:GranteePrincipal': wanted.grantee, 'kms:GrantOperations': [...wanted.operations] };
    this.require('kms:CreateGrant', keyArn, undefined, undefined, context);
    // AWS KMS returns an existing grant if its name and parameters are the same.
    const existing = key.grants.find(({ id: _, ...grant }) => wanted.name && JSON.stringify(grant) === JSON.stringify(wanted));
    const grant = existing ?? { id: this.account.nameFor(`grant-${wanted.name}-on-${keyArn}`), ...wanted };
    if (!existing) key.grants.push(grant);
    return { GrantId: grant.id, GrantToken: 'token' };
  }

  /** The retiring principal of a grant needs no permission. Others, and callers that specify a grant that does not exist, are denied. */
  public retireGrant(keyArn: string, grantId: string): Record<string, unknown> {
    const grant = this.key(keyArn).grants.find(({ id, retiringPrincipal }) => id === grantId && retiringPrincipal === this.caller.role);
    if (!grant) throw this.accessDenied('kms:RetireGrant', keyArn);
    return this.removeGrant(keyArn, grantId);
  }

  public revokeGrant(keyArn: string, grantId: string): Record<string, unknown> {
    this.key(keyArn);
    this.require('kms:RevokeGrant', keyArn);
    return this.removeGrant(keyArn, grantId);
  }

  private removeGrant(keyArn: string, grantId: string): Record<string, unknown> {
    const { grants } = this.key(keyArn);
    const index = grants.findIndex(({ id }) => id === grantId);
    if (index < 0) throw new ServiceError(400, 'NotFoundException', 'Grant ID not found');
    grants.splice(index, 1);
    return {};
  }

  private key(arn: string) {
    const key = this.account.keyFor(arn);
    if (!key || !this.isInRegion(arn)) throw new ServiceError(400, 'NotFoundException', `Key '${arn}' does not exist`);
    return key;
  }

  private isInRegion(arn: string): boolean {
    const [{ region }, [, , , regionOfArn]] = [this.caller, splitText(arn, ':')];
    return region === undefined || regionOfArn === undefined || isEqual(region, regionOfArn) !== false;
  }

  /** Fails if the policies deny an action. If the templates do not contain the policies, the action is allowed. */
  private require(action: string, resource: string, deniedAction = action, deniedResource = resource, context = {}): void {
    const { role: principal, policies: identityPolicies } = this.caller;
    if (!identityPolicies) return;
    const isKms = action.startsWith('kms:');
    const resourcePolicy = isKms ? this.account.permissionsOf(resource) : undefined;
    if (isKms && !resourcePolicy) return;
    const decide = (): Decision => isAllowed({ principal, action, resource, identityPolicies, resourcePolicy, context });
    const allowed = isKms ? decide() : remembered(identityPolicies, `${action} ${resource}`, decide);
    if (allowed === false) throw this.accessDenied(deniedAction, deniedResource);
  }

  private accessDenied(action: string, resource: string): ServiceError {
    return new ServiceError(400, 'AccessDeniedException', `User: ${this.caller.role} is not authorized to perform: ${action} on resource: ${resource}`);
  }
}

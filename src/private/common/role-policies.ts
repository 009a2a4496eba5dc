import { CfnResource, Stack } from 'aws-cdk-lib';
import { type Condition, type IRole, ManagedPolicy, Policy, PolicyStatement } from 'aws-cdk-lib/aws-iam';
import type { Construct, IConstruct } from 'constructs';
import { shortHash } from './identity';
import { maxCharacters } from './policy-size';
import { enclosingStacks } from './stacks';
import { tokensIn } from './tokens';

/** A permission to perform an action on a resource. */
export interface Permission {
  readonly action: string;
  readonly resource: string;
  readonly conditions?: Record<string, Condition>;
}

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html */
const MAX_INLINE_CHARACTERS = 10_240; // of all inline policies of a role
const MAX_MANAGED_CHARACTERS = 6_144; // of a managed policy
const MAX_MANAGED_POLICIES = 9; // of a role, beside the one that allows the function to write logs

const NO_REFERENCES = '';
const LOOKUPS = 'lookups';

/**
 * The policies of the role that the custom resources of a stack share: inline policies, and managed policies for what exceeds their
 * quota. A custom resource depends on its policy, and so on every resource that the policy references. Therefore, permissions share
 * an inline policy only if they reference the same resources.
 */
export class RolePolicies {
  private readonly inlineQuota = new Quota(MAX_INLINE_CHARACTERS);
  private readonly inline = new Map<string, PolicyBuilder>();
  private readonly managed = new Map<string, PolicyBuilder[]>();
  private readonly independent = new Set<IConstruct>();

  constructor(private readonly scope: Construct, private readonly role: IRole) {}

  /** Whether the role has more managed policies than IAM allows by default. */
  public get exceedQuota(): boolean {
    return [...this.managed.values()].flat().length > MAX_MANAGED_POLICIES;
  }

  /** Allows the custom resource what the permissions describe, before it is created. */
  public allow(customResource: CfnResource, permissions: readonly Permission[]): void {
    customResource.node.addDependency(...permissions.map((permission) => this.policyWith(permission)));
    if (permissions.every((permission) => this.referencesIn(permission) === NO_REFERENCES)) this.independent.add(customResource);
  }

  /** Adds the permission to a policy. Returns the policy. */
  private policyWith(permission: Permission): Construct {
    const references = this.referencesIn(permission);
    const inline = this.inline.get(references) ?? new PolicyBuilder(this.inlineQuota, () => (
      new Policy(this.scope, `Policy${references && shortHash(references)}`, { roles: [this.role] })));
    this.inline.set(references, inline);

    const group = [NO_REFERENCES, LOOKUPS].includes(references) ? references : 'other resources';
    const managed = this.managed.get(group) ?? [];
    for (const builder of [inline, ...managed]) {
      const policy = builder.tryAdd(permission);
      if (policy) return policy;
    }
    const additional = new PolicyBuilder(new Quota(MAX_MANAGED_CHARACTERS), () => (
      new ManagedPolicy(this.scope, `ManagedPolicy${shortHash(`${group} ${managed.length}`)}`, { roles: [this.role] })));
    this.managed.set(group, [...managed, additional]);
    return additional.tryAdd(permission)!;
  }

  /** A text that is equal for permissions that reference the same resources of the stack. Lookups that reference no resources count as one. */
  private referencesIn({ resource, conditions = {} }: Permission): string {
    const { references, isLazy } = tokensIn(this.scope, [resource, conditions]);
    if (isLazy) return resource;

    const referenced = references.map(({ target }) => target)
      .filter((target) => this.isDeployedWithStack(target))
      .map((target) => this.independent.has(target) ? LOOKUPS : target.node.addr);
    return [...new Set(referenced)].sort().join(' ');
  }

  /** Whether a reference to the target is a dependency on a resource of the stack, or on a nested stack. */
  private isDeployedWithStack(target: IConstruct): boolean {
    const stack = Stack.of(this.scope);
    return Stack.of(target) === stack ? CfnResource.isCfnResource(target) : enclosingStacks(Stack.of(target)).includes(stack);
  }
}

class PolicyBuilder {
  private readonly statements = new Map<string, PolicyStatement>();
  private policy?: Policy | ManagedPolicy;

  constructor(private readonly quota: Quota, private readonly create: () => Policy | ManagedPolicy) {}

  /** Adds the permission. Returns the policy, or undefined if its quota does not allow that. */
  public tryAdd({ action, resource, conditions }: Permission): Policy | ManagedPolicy | undefined {
    const key = JSON.stringify([action, conditions]);
    const existing = this.statements.get(key);
    if (existing?.resources.includes(resource)) return this.policy;

    const isExtended = existing && !existing.frozen;
    const statement = isExtended ? existing : new PolicyStatement({ actions: [action], conditions });
    const addition = isExtended ? [resource] : [{ ...statement.toStatementJson() as object, Resource: [resource] }];
    if (!this.quota.tryUse(maxCharacters(this.policy ? addition : { Statement: addition, Version: '2012-10-17' }))) return undefined;

    statement.addResources(resource);
    this.policy ??= this.create();
    if (!isExtended) this.policy.addStatements(statement);
    this.statements.set(key, statement);
    return this.policy;
  }
}

class Quota {
  private used = 0;

  constructor(private readonly max: number) {}

  public tryUse(amount: number): boolean {
    if (this.used + amount > this.max) return false;
    this.used += amount;
    return true;
  }
}

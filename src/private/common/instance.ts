import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import { CfnInstance, type CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import type { aws_connect as connect, IEnvironmentAware, ResourceEnvironment } from 'aws-cdk-lib/interfaces';
import type { Construct } from 'constructs';
import { INSTANCE_ARN, ROLE_ARN, validateLocalArn } from './arn';
import { identityOf, isStackSpecific } from './identity';
import { isDifferent, tokensIn } from './tokens';

/** An instance that may provide its role: `ConnectInstance`, or a class of another library with the same attribute. */
interface InstanceWithRole extends connect.IInstanceRef {
  readonly serviceRoleArn?: string;
}

/** The Amazon Connect instance of a construct, resolved once for associations, keys and lookups. */
export class Instance implements IEnvironmentAware {
  /** Validates the environment of the instance and resolves it. */
  public static resolve(scope: Construct, instance: connect.IInstanceRef): Instance {
    validateLocalArn(scope, 'instance', instance.instanceRef.instanceArn, INSTANCE_ARN, instance);
    const resolved = new Instance(Stack.of(scope), instance);
    if (resolved.knownServiceRoleArn !== undefined) validateLocalArn(scope, 'the serviceRoleArn of instance', resolved.knownServiceRoleArn, ROLE_ARN, instance);
    return resolved;
  }

  /** Returns the instance of an association that the app defines as an L1 construct. */
  public static of(association: CfnInstanceStorageConfig): Instance {
    const { instanceArn, node, stack } = association;
    const { account = stack.account, region = stack.region } = instanceArn.startsWith('arn:') ? Arn.split(instanceArn, ArnFormat.NO_RESOURCE_NAME) : {};
    return new Instance(stack, { instanceRef: { instanceArn }, env: { account, region }, node } as unknown as connect.IInstanceRef);
  }

  /** The ARN of the instance. */
  public readonly arn: string;

  /**
   * A text that is equal for the same instance, whether it is specified by ARN, by id or by reference. The id of an instance
   * is unique in its account and Region.
   */
  public readonly identity: string;

  /** The ARN of the service-linked role, unless it must be looked up at deployment. */
  public readonly knownServiceRoleArn?: string;

  /** Whether the identity is that of the instance in one stack only, and can stand for another instance in another stack. */
  private readonly isStackSpecific: boolean;

  private constructor(private readonly stack: Stack, private readonly instance: connect.IInstanceRef) {
    this.arn = instance.instanceRef.instanceArn;
    const id = this.arn.slice(this.arn.lastIndexOf('/') + 1); // an unresolved token has no slash
    this.identity = identityOf(instance, id);
    this.isStackSpecific = isStackSpecific(instance, id);
    this.knownServiceRoleArn = CfnInstance.isCfnInstance(instance) ? instance.attrServiceRole : (instance as InstanceWithRole).serviceRoleArn;
  }

  /** The account and Region of the instance. */
  public get env(): ResourceEnvironment {
    return this.instance.env;
  }

  /** The stacks that a template references if it names the instance and its role. Undefined if a lazy value determines them. */
  public get referencedStacks(): Stack[] | undefined {
    const { references, isLazy } = tokensIn(this.instance, this.knownServiceRoleArn ?? this.arn);
    return isLazy ? undefined : references.map(({ target }) => Stack.of(target));
  }

  /**
   * Whether the other instance is this one, as far as is known. Instances with equal identities can be different: an instance
   * and its replica in another Region, and tokens whose value depends on the stack.
   */
  public isSameAs(other: Instance): boolean {
    return this.identity === other.identity
      && !(this.isStackSpecific && this.stack !== other.stack)
      && !isDifferent(this.env.region, other.env.region) && !isDifferent(this.env.account, other.env.account);
  }
}

import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import type { aws_connect as connect, ResourceEnvironment } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { arnOf, INSTANCE_ARN, INSTANCE_ID, ROLE_ARN, validateArn } from './private/common/arn';
import { pathIn } from './private/common/construct-tree';
import { errorAt } from './private/common/errors';
import { scopeAndId, validateProps, validateValue } from './private/common/validation';
import { optional, text } from './private/common/value-types';
import { lookUpServiceRole } from './private/service-role/lookup-at-synthesis';
import { validateServiceRole, warnOfOtherRole } from './private/service-role/validate-service-role';

/**
 * Attributes of an existing Amazon Connect instance.
 */
export interface ConnectInstanceAttributes {
  /**
   * The ARN of the instance, in the format `arn:aws:connect:<region>:<account>:instance/<instance id>`.
   */
  readonly instanceArn: string;

  /**
   * The ARN of the service-linked role of the instance, or of the IAM role of an instance that was created before October 2018,
   * which adds a warning. `aws connect describe-instance` returns it as `ServiceRole`. If it is specified, the stack needs no
   * lookup at deployment, and no Lambda function.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/connect-slr.html
   * @default - looked up at deployment if needed
   */
  readonly serviceRoleArn?: string;
}

/**
 * Options for looking up an Amazon Connect instance at synthesis time.
 */
export interface ConnectInstanceLookupOptions {
  /**
   * The ARN of the instance, in the format `arn:aws:connect:<region>:<account>:instance/<instance id>`. The instance must be in
   * the account and Region of the stack.
   */
  readonly instanceArn: string;
}

type ConnectInstanceProps = ConnectInstanceAttributes;

/**
 * An existing Amazon Connect instance.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/amazon-connect-instances.html
 */
export class ConnectInstance extends Construct implements connect.IInstanceRef {
  /**
   * Imports an existing instance by its ARN. The instance must be in the account and Region of the stacks that stream from it.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param instanceArn the ARN, in the format `arn:aws:connect:<region>:<account>:instance/<instance id>`
   * @throws if the ARN is malformed
   */
  public static fromInstanceArn(scope: Construct, id: string, instanceArn: string): ConnectInstance {
    scopeAndId('ConnectInstance.fromInstanceArn', scope, id);
    return ConnectInstance.import(scope, id, { instanceArn });
  }

  /**
   * Imports an existing instance in the account and Region of the stack by its id.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param instanceId the last part of the ARN, a UUID such as `aaaaaaaa-bbbb-cccc-dddd-111111111111`; not the alias of the instance
   * @throws if the id is malformed
   */
  public static fromInstanceId(scope: Construct, id: string, instanceId: string): ConnectInstance {
    scopeAndId('ConnectInstance.fromInstanceId', scope, id);
    validateInstanceId(pathIn(scope, id), instanceId);
    const instanceArn = Stack.of(scope).formatArn({
      service: 'connect',
      resource: 'instance',
      resourceName: instanceId,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    return ConnectInstance.import(scope, id, { instanceArn });
  }

  /**
   * Imports an existing instance by its attributes. If the role is specified, the stack needs no lookup at deployment.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param attrs the attributes of the instance
   * @throws if an ARN is malformed; if the role is in another account than the instance; or if it is the service-linked role of
   * another service
   */
  public static fromInstanceAttributes(scope: Construct, id: string, attrs: ConnectInstanceAttributes): ConnectInstance {
    scopeAndId('ConnectInstance.fromInstanceAttributes', scope, id);
    validateProps(pathIn(scope, id), attrs, { instanceArn: arnOf(INSTANCE_ARN), serviceRoleArn: optional(arnOf(ROLE_ARN)) }, 'attrs');
    const instance = ConnectInstance.import(scope, id, attrs);
    warnOfOtherRole(instance, instance.serviceRoleArn);
    return instance;
  }

  /**
   * Looks up the service-linked role of an existing instance at synthesis time. The stack needs no lookup at deployment, and no
   * Lambda function.
   *
   * The CDK CLI performs the lookup with your credentials or with the lookup role of the bootstrap stack, and caches the result in
   * `cdk.context.json`. Commit that file: later syntheses then need no credentials and no network access.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param options the instance to look up
   * @throws if the ARN is malformed, or in another account or Region than the stack; if the ARN is an unresolved token, or the
   * account or Region of the stack is not known; or if the cached value does not describe the instance
   * @see https://docs.aws.amazon.com/cdk/v2/guide/context.html
   */
  public static fromLookup(scope: Construct, id: string, options: ConnectInstanceLookupOptions): ConnectInstance {
    scopeAndId('ConnectInstance.fromLookup', scope, id);
    validateProps(pathIn(scope, id), options, { instanceArn: arnOf(INSTANCE_ARN) }, 'options');
    const { instanceArn } = options;
    const serviceRoleArn = lookUpServiceRole(scope, id, instanceArn);
    return ConnectInstance.import(scope, id, { instanceArn, serviceRoleArn });
  }

  /** Validates the attributes before the scope contains the construct. */
  private static import(scope: Construct, id: string, attrs: ConnectInstanceAttributes): ConnectInstance {
    const path = pathIn(scope, id);
    validateArn(scope, 'instanceArn', attrs.instanceArn, INSTANCE_ARN, path);
    validateServiceRole(scope, attrs, path);
    return new ConnectInstance(scope, id, attrs);
  }

  /**
   * A reference to the instance.
   */
  public readonly instanceRef: connect.InstanceReference;

  /**
   * The ARN of the role that the instance uses to put records into the streams. Undefined if it must be looked up at deployment.
   */
  public readonly serviceRoleArn?: string;

  private constructor(scope: Construct, id: string, props: ConnectInstanceProps) {
    super(scope, id);
    this.instanceRef = { instanceArn: props.instanceArn };
    this.serviceRoleArn = props.serviceRoleArn;
  }

  /**
   * The account and Region of the instance, from its ARN.
   */
  public get env(): ResourceEnvironment {
    const { account, region } = Arn.split(this.instanceRef.instanceArn, ArnFormat.NO_RESOURCE_NAME);
    return { account: account!, region: region! };
  }
}

function validateInstanceId(path: string, instanceId: string): void {
  const type = text('the id of an Amazon Connect instance', `specify the last part of the ARN, such as ${INSTANCE_ID.example}, or use `
    + `ConnectInstance.fromInstanceArn()${INSTANCE_ID.hint}`);
  validateValue(path, 'instanceId', instanceId, type);
  if (!INSTANCE_ID.pattern.test(instanceId)) throw errorAt(path, `instanceId must be ${type.description}, got "${instanceId}"`, type.wayOut);
}

import { Arn, ArnFormat, Stack, Token } from 'aws-cdk-lib';
import type { aws_connect as connect, ResourceEnvironment } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { INSTANCE_ARN, requireArn, requireSameAccount, ROLE_ARN } from './private/arn';
import { lookUpServiceRole } from './private/instance-lookup';

/**
 * What is known of an existing Amazon Connect instance.
 */
export interface ConnectInstanceAttributes {
  /**
   * The ARN of the instance: `arn:aws:connect:<region>:<account>:instance/<instance id>`.
   */
  readonly instanceArn: string;

  /**
   * The ARN of the instance's service-linked role, or of the ordinary role that an instance from before October 2018
   * has: the field `ServiceRole` of `aws connect describe-instance`. Knowing it saves the look-up at deployment, and so
   * the Lambda function.
   *
   * @see https://docs.aws.amazon.com/connect/latest/adminguide/connect-slr.html
   * @default - looked up at deployment, when something needs it
   */
  readonly serviceRoleArn?: string;
}

/**
 * Which Amazon Connect instance to look up at synthesis.
 */
export interface ConnectInstanceLookupOptions {
  /**
   * The ARN of the instance, in the account and Region of the stack: `arn:aws:connect:<region>:<account>:instance/<instance id>`.
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
   * An existing instance, by its ARN. Its account and Region must be those of the stacks that stream from it.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param instanceArn `arn:aws:connect:<region>:<account>:instance/<instance id>`
   * @throws if this is not the ARN of an instance
   */
  public static fromInstanceArn(scope: Construct, id: string, instanceArn: string): ConnectInstance {
    return ConnectInstance.fromInstanceAttributes(scope, id, { instanceArn });
  }

  /**
   * An existing instance in the account and Region of the stack, by its id.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param instanceId the last part of the ARN, such as `aaaaaaaa-bbbb-cccc-dddd-111111111111`
   * @throws if this is not the id of an instance
   */
  public static fromInstanceId(scope: Construct, id: string, instanceId: string): ConnectInstance {
    if (!Token.isUnresolved(instanceId) && !/^[-a-zA-Z0-9]+$/.test(instanceId)) {
      throw new Error(`${scope.node.path}/${id}: "${instanceId}" is not the id of an Amazon Connect instance; pass the `
        + 'last part of its ARN, such as aaaaaaaa-bbbb-cccc-dddd-111111111111, or the whole ARN to fromInstanceArn()');
    }
    const instanceArn = Stack.of(scope).formatArn({
      service: 'connect',
      resource: 'instance',
      resourceName: instanceId,
      arnFormat: ArnFormat.SLASH_RESOURCE_NAME,
    });
    return ConnectInstance.fromInstanceAttributes(scope, id, { instanceArn });
  }

  /**
   * An existing instance, by what is known of it. With its role, nothing is looked up at deployment.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param attrs what is known of the instance
   * @throws if an ARN is malformed, or the role is in another account than the instance
   */
  public static fromInstanceAttributes(scope: Construct, id: string, attrs: ConnectInstanceAttributes): ConnectInstance {
    const path = `${scope.node.path}/${id}`;
    requireArn(path, INSTANCE_ARN, attrs.instanceArn);
    if (attrs.serviceRoleArn !== undefined) {
      requireArn(path, ROLE_ARN, attrs.serviceRoleArn);
      requireSameAccount(path, attrs.instanceArn, attrs.serviceRoleArn);
    }
    return new ConnectInstance(scope, id, attrs);
  }

  /**
   * An existing instance in the account and Region of the stack, whose role is looked up at synthesis. Nothing is looked
   * up at deployment, so no Lambda function is made.
   *
   * The CDK CLI looks it up with the credentials of the user or the look-up role of the bootstrap stack, and keeps the
   * answer in `cdk.context.json`: commit that file, and later syntheses need neither credentials nor a network.
   *
   * @param scope the scope of the construct
   * @param id the id of the construct
   * @param options which instance
   * @throws if this is not the ARN of an instance in the account and Region of the stack, if either is not known at
   * synthesis, or if the context holds something else than what the look-up gives
   * @see https://docs.aws.amazon.com/cdk/v2/guide/context.html
   */
  public static fromLookup(scope: Construct, id: string, options: ConnectInstanceLookupOptions): ConnectInstance {
    const { instanceArn } = options;
    const serviceRoleArn = lookUpServiceRole(scope, id, instanceArn);
    return ConnectInstance.fromInstanceAttributes(scope, id, { instanceArn, serviceRoleArn });
  }

  /**
   * The reference that constructs and L1 resources take.
   */
  public readonly instanceRef: connect.InstanceReference;

  /**
   * The ARN of the role with which the instance puts records into the streams, where it is known.
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

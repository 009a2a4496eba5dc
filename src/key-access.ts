/**
 * How Amazon Connect is granted access to the customer managed keys of the Kinesis data streams.
 *
 * AWS managed keys and the keys of delivery streams need no setup.
 */
export enum KeyAccess {
  /**
   * Adds a statement to the key policy if this app defines the key and its stack can safely reference the role; creates a KMS
   * grant otherwise.
   *
   * The stack of the key can safely reference the role if the instance is specified by a literal ARN or id; if the instance is in
   * the stack of the key or in a stack that this one depends on; or if the construct is in the stack of the key, and the instance
   * is not in a nested stack of it. In other cases, the reference could create a circular dependency.
   */
  AUTOMATIC = 'AUTOMATIC',

  /**
   * Adds a statement to the key policy. Synthesis fails if this app does not define the key, or if the stack of the key cannot
   * reference the role.
   *
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
   */
  KEY_POLICY = 'KEY_POLICY',

  /**
   * Creates a KMS grant on the key with a custom resource, which revokes the grant when it is deleted. The key policy must allow
   * the account of the stack to use IAM policies to control access, as default key policies do.
   *
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
   */
  GRANT = 'GRANT',

  /**
   * You manage access yourself; the construct creates nothing. Provide the `serviceRoleArn` of the construct to the key owner.
   * Records are lost until the role is allowed to call `kms:GenerateDataKey`.
   */
  EXTERNAL = 'EXTERNAL',
}

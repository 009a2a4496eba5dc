/**
 * How Amazon Connect is let in on the customer managed keys of the Kinesis data streams that it feeds.
 *
 * Nothing is done for keys that AWS manages, nor for the keys of delivery streams: those need no setup.
 */
export enum KeyAccess {
  /**
   * By the policy of the key where that is this app's and can surely name the role, else by a grant. Surely means: the key
   * is in the stack of the construct; or the instance is known by a literal ARN or id, or is in the stack of the key or in
   * one that this depends on. In any other layout the stacks might come to need each other.
   */
  AUTOMATIC = 'AUTOMATIC',

  /**
   * By the policy of the key. An error where that is not this app's, or can't name the role.
   *
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/key-policies.html
   */
  KEY_POLICY = 'KEY_POLICY',

  /**
   * By a grant on the key, which a custom resource makes and revokes. The policy of the key must let the account of the
   * stack manage access by IAM policies, as default key policies do.
   *
   * @see https://docs.aws.amazon.com/kms/latest/developerguide/grants.html
   */
  GRANT = 'GRANT',

  /**
   * By somebody else: nothing is made. Hand the `serviceRoleArn` of the construct to the owner of the key; records are
   * lost until the role may call `kms:GenerateDataKey`.
   */
  EXTERNAL = 'EXTERNAL',
}

import { Stack, Token } from 'aws-cdk-lib';
import type { CfnStream } from 'aws-cdk-lib/aws-kinesis';
import { Alias, CfnAlias, CfnKey, type IKey, Key } from 'aws-cdk-lib/aws-kms';
import type { Construct } from 'constructs';
import { tokensIn } from '../common/tokens';

/** The encryption of a Kinesis data stream. */
interface StreamEncryption {
  readonly key?: IKey;
}

/** The encryption of a stream that the app defines. Undefined if it cannot be determined. */
export function streamEncryption(scope: Construct, { streamEncryption: encryption }: CfnStream): StreamEncryption | undefined {
  if (!encryption) return {};
  return 'keyId' in encryption ? encryptionWith(scope, encryption.keyId) : undefined;
}

/** @see https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-properties-kinesis-stream-streamencryption.html */
function encryptionWith(scope: Construct, keyId: string): StreamEncryption | undefined {
  const [target] = tokensIn(scope, keyId).references.map((reference) => reference.target);
  if (CfnKey.isCfnKey(target)) return { key: keyOf(scope, target) };
  if (CfnAlias.isCfnAlias(target)) return encryptionWith(scope, target.targetKeyId);

  const [aliasName] = /alias\/.*$/.exec(keyId) ?? [];
  if (aliasName) return { key: Alias.fromAliasName(scope, 'Key', aliasName) };
  if (keyId.startsWith('arn:')) return { key: Key.fromKeyArn(scope, 'Key', keyId) };
  if (Token.isUnresolved(keyId)) return undefined;
  return { key: Key.fromKeyArn(scope, 'Key', Stack.of(scope).formatArn({ service: 'kms', resource: 'key', resourceName: keyId })) };
}

function keyOf(scope: Construct, resource: CfnKey): IKey {
  const { scope: parent } = resource.node;
  if (parent?.node.defaultChild === resource && 'keyArn' in parent) return parent as unknown as IKey;
  const isLiteral = resource.keyPolicy !== undefined && !Token.isUnresolved(resource.keyPolicy); // AWS CDK can add statements to it
  return isLiteral ? Key.fromCfnKey(resource) : Key.fromKeyArn(scope, 'Key', resource.attrArn);
}

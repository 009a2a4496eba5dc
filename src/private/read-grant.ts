import { Annotations, Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IEnvironmentAware } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { customerManagedKey, keyResource } from './customer-managed-key';
import { differ } from './differ';
import { distinctStreams, streamResource } from './distinct-streams';
import { printable } from './printable';

/** Those of `Stream.grantRead()`, which keeps to itself what became of the permission on the key. */
const READ_ACTIONS = [
  'DescribeStreamSummary', 'GetRecords', 'GetShardIterator', 'ListShards', 'SubscribeToShard', 'DescribeStream', 'ListStreams',
  'DescribeStreamConsumer',
].map((action) => `kinesis:${action}`);

/** Lets the grantee read the streams, each once. The grant fails if a part of it does. */
export function grantRead(scope: Construct, streams: IStream[], grantee: IGrantable): Grant {
  const grants = distinctStreams(streams).flatMap((stream) => {
    const key = stream.encryptionKey && customerManagedKey(scope, stream.encryptionKey);
    const read = grantStream(scope, stream, grantee);
    return key ? [read, grantDecrypt(scope, stream, key, grantee)] : [read]; // the AWS managed key lets in all readers of its account
  });
  return grants.find(({ success }) => !success) ?? grants.reduce((all, grant) => all.combine(grant));
}

function grantStream(scope: Construct, stream: IStream, grantee: IGrantable): Grant {
  if (streamResource(stream)) return stream.grant(grantee, ...READ_ACTIONS);

  const grant = grantByIdentity(stream, stream.streamArn, READ_ACTIONS, grantee);
  if (!grant.success) {
    Annotations.of(scope).addWarningV2('cdk-connect-data-streaming:readByStreamOwner',
      `${String(grantee.grantPrincipal)} can't be let in on ${printable(scope, stream.streamArn)}, whose resource policy can't be changed from here; `
      + 'have the owner of the stream do it');
  }
  return grant;
}

function grantDecrypt(scope: Construct, stream: IStream, key: IKey, grantee: IGrantable): Grant {
  if (keyResource(key)) return isElsewhere(grantee, key) ? grantDecryptElsewhere(key, grantee) : key.grantDecrypt(grantee);

  const grant = grantByIdentity(key, key.keyArn, ['kms:Decrypt'], grantee);
  const rest = grant.success
    ? 'what IAM grants is enough if that policy leaves access to IAM policies, as default key policies do: if it does, acknowledge this warning; if not, have'
    : 'have';
  Annotations.of(scope).addWarningV2('cdk-connect-data-streaming:decryptByKeyOwner',
    `${String(grantee.grantPrincipal)} needs kms:Decrypt on the key ${printable(scope, key.keyArn)} to read ${printable(scope, stream.streamArn)}, `
    + `and the policy of this key can't be changed from here; ${rest} the owner of the key allow it`);
  return grant;
}

/** The id of a key can't be named in another account or Region: `IKey.grantDecrypt()` would grant all keys of any account there. */
function grantDecryptElsewhere(key: IKey, grantee: IGrantable): Grant {
  const { account, region } = key.env;
  const keys = Stack.of(key).formatArn({ service: 'kms', resource: 'key', resourceName: '*', account, region });
  return Grant.addToPrincipalOrResource({ grantee, actions: ['kms:Decrypt'], resource: key, resourceArns: [keys], resourceSelfArns: ['*'] });
}

function isElsewhere({ grantPrincipal }: IGrantable, key: IKey): boolean {
  if (!Construct.isConstruct(grantPrincipal)) return false;

  const { account, region } = Stack.of(grantPrincipal);
  return differ(account, key.env.account) || differ(region, key.env.region);
}

/** Grants with the policies of the grantee alone. That fails if it has none here, or is in another account than the resource. */
function grantByIdentity(resource: IEnvironmentAware, arn: string, actions: string[], grantee: IGrantable): Grant {
  const { account } = resource.env;
  const grant = Grant.addToPrincipal({ grantee, actions, resourceArns: [arn] });
  return differ(grantee.grantPrincipal.principalAccount ?? account, account) ? Grant.drop(grantee, actions.join()) : grant;
}

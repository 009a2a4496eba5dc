import { Stack } from 'aws-cdk-lib';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IStream } from 'aws-cdk-lib/aws-kinesis';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { IEnvironmentAware } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { customerManagedKey, keyResource } from './customer-managed-key';
import { addWarning } from '../common/errors';
import { format } from '../common/formatting';
import { distinctStreams, streamResource } from '../common/kinesis-streams';
import { isDifferent } from '../common/tokens';

/** The actions of `Stream.grantRead()`, which does not return the result of its grant on the key. */
const READ_ACTIONS = [
  'DescribeStreamSummary', 'GetRecords', 'GetShardIterator', 'ListShards', 'SubscribeToShard', 'DescribeStream', 'ListStreams',
  'DescribeStreamConsumer',
].map((action) => `kinesis:${action}`);

/** Grants the grantee permission to read the streams. The returned grant is not successful if a part of it is not. */
export function grantRead(scope: Construct, streams: IStream[], grantee: IGrantable): Grant {
  const grants = distinctStreams(streams).flatMap((stream) => {
    const key = stream.encryptionKey && customerManagedKey(scope, stream.encryptionKey);
    const read = grantReadStream(scope, stream, grantee);
    return key ? [read, grantDecrypt(scope, stream, key, grantee)] : [read]; // AWS managed keys allow all principals of the account that can read the stream
  });
  return grants.find(({ success }) => !success) ?? grants.reduce((all, grant) => all.combine(grant));
}

function grantReadStream(scope: Construct, stream: IStream, grantee: IGrantable): Grant {
  if (streamResource(stream)) return stream.grant(grantee, ...READ_ACTIONS);

  const grant = grantToPrincipal(stream, stream.streamArn, READ_ACTIONS, grantee);
  if (!grant.success) {
    addWarning(scope, 'readByStreamOwner',
      `AWS CDK cannot grant ${String(grantee.grantPrincipal)} access to ${format(scope, stream.streamArn)}, because it cannot change the resource `
      + 'policy of an imported stream',
      'ask the owner of the stream to grant the access, then acknowledge this warning');
  }
  return grant;
}

function grantDecrypt(scope: Construct, stream: IStream, key: IKey, grantee: IGrantable): Grant {
  if (keyResource(key)) return isElsewhere(grantee, key) ? grantDecryptElsewhere(key, grantee) : key.grantDecrypt(grantee);

  const grant = grantToPrincipal(key, key.keyArn, ['kms:Decrypt'], grantee);
  addWarning(scope, 'decryptByKeyOwner',
    `${String(grantee.grantPrincipal)} needs kms:Decrypt on the key ${format(scope, key.keyArn)} to read ${format(scope, stream.streamArn)}, but AWS CDK `
    + 'cannot change the policy of an imported key',
    grant.success
      ? 'if the key policy allows access by IAM policies, as default key policies do, acknowledge this warning; otherwise ask the key owner to allow it'
      : 'ask the key owner to allow it, then acknowledge this warning');
  return grant;
}

/** A policy in another account or Region cannot reference the key id. `IKey.grantDecrypt()` would grant access to the keys of all accounts there. */
function grantDecryptElsewhere(key: IKey, grantee: IGrantable): Grant {
  const { account, region } = key.env;
  const keys = Stack.of(key).formatArn({ service: 'kms', resource: 'key', resourceName: '*', account, region });
  return Grant.addToPrincipalOrResource({ grantee, actions: ['kms:Decrypt'], resource: key, resourceArns: [keys], resourceSelfArns: ['*'] });
}

function isElsewhere({ grantPrincipal }: IGrantable, key: IKey): boolean {
  if (!Construct.isConstruct(grantPrincipal)) return false;

  const { account, region } = Stack.of(grantPrincipal);
  return isDifferent(account, key.env.account) || isDifferent(region, key.env.region);
}

/** Adds the permission to the policies of the grantee only. Not successful if it has none, or is in another account than the resource. */
function grantToPrincipal(resource: IEnvironmentAware, arn: string, actions: string[], grantee: IGrantable): Grant {
  const { account } = resource.env;
  const grant = Grant.addToPrincipal({ grantee, actions, resourceArns: [arn] });
  return isDifferent(grantee.grantPrincipal.principalAccount ?? account, account) ? Grant.drop(grantee, actions.join()) : grant;
}

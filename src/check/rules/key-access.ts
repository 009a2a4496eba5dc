import type { DeployedApp, StreamingAssociation } from '../deployed-app';
import { type Finding, findingAt, pathOf } from '../finding';
import { lossesOf } from '../record-losses';
import { isServiceLinkedRole, type PolicyDocument, principalsOf, type Statement, statementsOf } from '../simulation/access';
import { described } from '../simulation/unknown-values';

const ADD_STATEMENT = 'add a statement to the key policy that allows kms:GenerateDataKey to the service-linked role of the instance, or create a KMS grant for the role';

/** The service-linked role has no permission to use the key of the stream. */
export function noKeyAccess({ associations, account, ...app }: DeployedApp): Finding[] {
  return associations.filter(({ delivery }) => delivery.isReceived === false).map((association) => {
    const { association: { instance, stream }, delivery: { reason, key }, label } = association;
    const role = described(account.roleOf(instance));
    const lost = (why: string, fix: string) => findingAt(association, {
      rule: 'no-key-access', message: `Amazon Connect would lose all ${label}: ${why}`, fix,
    });
    switch (reason) {
      case 'no stream': return lost(`the stream ${described(stream)} does not exist`, 'specify a stream that exists');
      case 'no key': return lost(`the key ${described(key)} does not exist`, 'specify a key that exists');
      case 'disabled key': return lost(`the key ${described(key)} is disabled`, 'enable the key');
      default: return lost(
        `${role} cannot call kms:GenerateDataKey on the key ${described(key)} of the stream${hint(account.keys[key!].policy, { ...app, account, associations } as DeployedApp, key!)}`,
        ADD_STATEMENT,
      );
    }
  });
}

/** What the key policy or a grant has instead of the permission. */
function hint(policy: PolicyDocument | undefined, { account }: Pick<DeployedApp, 'account'>, key: string): string {
  const statements = policy ? statementsOf(policy) : [];
  const ofRole = statements.filter(namesConnectRole);
  const ofService = statements.some(({ Principal }) => JSON.stringify(Principal ?? '').includes('connect.amazonaws.com"'));
  if (account.keys[key].grants.length > 0 && ofRole.length === 0) return '; its grants are for other roles or operations';
  if (ofRole.length > 0) return '; the statement for a service-linked role has another effect, action, principal, resource or condition';
  return ofService ? '; a statement for the service principal of Amazon Connect is not sufficient' : '';
}

function namesConnectRole({ Principal }: Statement): boolean {
  return principalsOf(Principal).some(isServiceLinkedRole);
}

/** The templates do not contain enough to determine whether the role has permission. */
export function unknownKeyAccess({ associations, account }: DeployedApp): Finding[] {
  return associations.filter(({ delivery }) => delivery.isReceived === undefined).map((association) => {
    const { association: { instance, stream }, delivery: { reason, key }, label } = association;
    const unknown = (why: string, fix: string) => findingAt(association, {
      rule: 'unknown-key-access', severity: 'info', message: `cannot determine whether Amazon Connect would lose ${label}: ${why}`, fix,
    });
    switch (reason) {
      case 'unknown encryption': return unknown(
        `the templates do not define the stream ${described(stream)}`, 'check how the stream is encrypted, and that the role has permission to use its key');
      case 'unknown key': return unknown(
        `the templates do not define the policy of the key ${described(key)}`, 'check that the key policy or a grant allows kms:GenerateDataKey to the role');
      default: return unknown(
        `the templates do not tell whether a principal of the policy or a grantee of the key ${described(key)} is ${described(account.roleOf(instance))}`,
        'compare the role in the key policy or grant with `aws connect describe-instance`',
      );
    }
  });
}

/** CloudFormation may create the association before the permission. */
export function associationBeforeKeyAccess(app: DeployedApp): Finding[] {
  return app.associations.filter(({ delivery }) => delivery.isReceived && delivery.key).flatMap((association) => {
    const { losses: [loss] } = lossesOf(association, app);
    if (!loss) return [];
    return [findingAt(association, {
      rule: 'association-before-key-access',
      message: `Amazon Connect would lose ${association.label} during the first deployment: CloudFormation may create the association before the service-linked `
        + `role has permission to use the key ${described(association.delivery.key)}`,
      fix: `add a dependency of the association on ${permissionsIn(app, association) || 'the resource that grants the permission'}`,
    })];
  });
}

function permissionsIn(app: DeployedApp, { delivery: { key } }: StreamingAssociation): string {
  return [app.withArn(key), ...app.ofKey('Custom::AWS', key)].filter((resource) => resource !== undefined).map(pathOf).join(' and ');
}

/** A key policy or grant allows a service-linked role more than Amazon Connect needs for streaming, or allows everybody. */
export function wideKeyAccess(app: DeployedApp): Finding[] {
  const keys = new Set(app.associations.map(({ delivery }) => delivery.key));
  return [...keys].flatMap((key) => {
    const { policy, grants = [] } = app.account.keys[key!] ?? {};
    const resource = app.withArn(key);
    const statements = policy ? statementsOf(policy).filter(({ Effect }) => Effect === 'Allow') : [];
    return [
      ...statements.filter((statement) => namesConnectRole(statement) && !allowsOnly(statement.Action, 'kms:GenerateDataKey')).map((statement) => resource && findingAt(resource, {
        rule: 'wide-key-access', severity: 'warning', message: `the key policy allows a service-linked role ${described([statement.Action ?? 'all but some actions'].flat().join(', '))}`,
        fix: 'Amazon Connect needs only kms:GenerateDataKey for streaming; use a statement of its own for other features',
      })),
      ...statements.filter((statement) => principalsOf(statement.Principal).includes('*') && !statement.Condition).map(() => resource && findingAt(resource, {
        rule: 'wide-key-access', severity: 'warning', message: 'the key policy allows every AWS account to use the key', fix: ADD_STATEMENT,
      })),
      ...grants.some(({ grantee, operations }) => isServiceLinkedRole(grantee) && operations.some((operation) => operation !== 'GenerateDataKey'))
        ? app.ofKey('Custom::AWS', key).map((grant) => findingAt(grant, {
          rule: 'wide-key-access', severity: 'warning', message: 'the grant allows a service-linked role more operations than GenerateDataKey',
          fix: 'Amazon Connect needs only GenerateDataKey for streaming',
        }))
        : [],
    ].filter((finding) => finding !== undefined);
  });
}

function allowsOnly(actions: Statement['Action'], expected: string): boolean {
  return actions !== undefined && [actions].flat().every((action) => action.toLowerCase() === expected.toLowerCase());
}

/** Nobody can attach policies to a service-linked role. */
export function policyOnServiceLinkedRole(app: DeployedApp): Finding[] {
  return app.ofType('AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::RolePolicy')
    .filter(({ properties: { Roles, RoleName } }) => /AWSServiceRoleForAmazonConnect|service-linked role of/.test(JSON.stringify([Roles, RoleName])))
    .map((policy) => findingAt(policy, {
      rule: 'policy-on-service-linked-role',
      message: 'the deployment fails: IAM does not allow policies on a service-linked role',
      fix: `remove the policy; ${ADD_STATEMENT}`,
    }));
}

/** The stream uses the alias of a key, and CloudFormation may create the alias later. */
export function aliasAfterStream(app: DeployedApp): Finding[] {
  const aliases = app.ofType('AWS::KMS::Alias');
  return app.ofType('AWS::Kinesis::Stream').flatMap((stream) => {
    const { KeyId: keyId = '' } = (stream.properties.StreamEncryption ?? {}) as { KeyId?: string };
    const alias = aliases.find(({ properties: { AliasName }, deployed }) => keyId === AliasName || keyId === deployed?.attributes.Arn);
    return alias && alias.scope.file === stream.scope.file && !app.isAfter(stream, alias) ? [findingAt(stream, {
      rule: 'alias-after-stream',
      message: `the deployment may fail, or the stream may use another key: CloudFormation may create the alias ${described(keyId)} after the stream`,
      fix: `reference the key instead of its alias, or add a dependency of the stream on ${pathOf(alias)}`,
    })] : [];
  });
}

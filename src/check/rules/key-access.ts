import type { DeployedApp, Resource, StreamingAssociation } from '../deployed-app';
import { type Finding, findingAt, pathOf } from '../finding';
import { isPermitted, laterResources, lossesOf } from '../record-losses';
import { connectRolesIn, isServiceLinkedRole, listOf, principalsOf, type Statement, statementsOf } from '../simulation/access';
import type { Grant } from '../simulation/simulated-account';
import { described, isEqual, isUnknown, splitText, unknown as unknownValue } from '../simulation/unknown-values';

const ADD_STATEMENT = 'add a statement to the key policy that allows kms:GenerateDataKey to the service-linked role of the instance, or create a KMS grant for the role';

/** The service-linked role has no permission to use the key of the stream. */
export function noKeyAccess(app: DeployedApp): Finding[] {
  return app.associations.filter(({ delivery }) => delivery.isReceived === false).map((association) => {
    const { association: { instance }, delivery: { reason, key }, label } = association;
    const lost = (why: string, fix: string) => findingAt(association, {
      rule: 'no-key-access', message: `Amazon Connect would lose all ${label}: ${why}`, fix,
    });
    switch (reason) {
      case 'no key': return lost(`the key ${app.nameOf(key)} does not exist`, 'specify a key that exists');
      case 'disabled key': return lost(`the key ${app.nameOf(key)} is disabled`, 'enable the key');
      default: return lost(
        `${app.roleNameOf(instance)} cannot call kms:GenerateDataKey on the key ${app.nameOf(key)} of the stream${hint(app, key!)}`,
        ADD_STATEMENT,
      );
    }
  });
}

/** What the key policy or a grant has instead of the permission. */
function hint({ account }: DeployedApp, key: string): string {
  const { policy, grants } = account.keys[key];
  const statements = statementsOf(policy!);
  const ofRole = statements.filter(namesConnectRole);
  const ofService = statements.some(({ Principal }) => JSON.stringify(Principal ?? '').includes('connect.amazonaws.com"'));
  if (grants.length > 0 && ofRole.length === 0) return '; its grants are for other roles or operations';
  if (ofRole.length > 0) return '; the statement for a service-linked role has another effect, action, principal, resource or condition';
  return ofService ? '; a statement for the service principal of Amazon Connect is not sufficient' : '';
}

function namesConnectRole({ Principal }: Statement): boolean {
  return principalsOf(Principal).some(isServiceLinkedRole);
}

/** The templates do not contain enough to determine whether the role has permission. */
export function unknownKeyAccess(app: DeployedApp): Finding[] {
  return app.associations.filter(({ delivery }) => delivery.isReceived === undefined).map((association) => {
    const { association: { instance, stream }, delivery: { reason, key }, label } = association;
    const unknown = (why: string, fix: string) => findingAt(association, {
      rule: 'unknown-key-access', severity: 'info', message: `cannot determine whether Amazon Connect would lose ${label}: ${why}`, fix,
    });
    switch (reason) {
      case 'unknown encryption': return unknown(
        `the templates do not define the stream ${described(stream)}`, 'check how the stream is encrypted, and that the role has permission to use its key');
      case 'unknown key': return unknown(
        `the templates do not define the policy of the key ${described(key)}`, 'check that the key policy or a grant allows kms:GenerateDataKey to the role');
      case 'unknown key state': return unknown(
        `the templates do not tell whether the key ${app.nameOf(key)} is enabled`, 'check that the key is enabled whenever the association exists');
      case 'unknown condition': return unknown(
        `a statement or a grant for the key ${app.nameOf(key)} exists only under a condition whose value is unknown`, 'check that the condition is true whenever the association exists');
      case 'unknown custom resource': return unknown(
        `a custom resource that uses the key ${app.nameOf(key)} may create a grant or change the key policy`, 'check that the custom resource allows kms:GenerateDataKey to the role');
      default: return unknown(
        `the templates do not tell whether a principal of the policy or a grantee of the key ${app.nameOf(key)} is ${app.roleNameOf(instance)}`,
        'compare the role in the key policy or grant with `aws connect describe-instance`',
      );
    }
  });
}

/** The key policy and the grants name fewer roles than instances use the key. Each instance has a role of its own. */
export function fewerRolesThanInstances(app: DeployedApp): Finding[] {
  const undecided = app.associations.filter(({ delivery: { reason } }) => reason === 'unknown permission');
  const keys = new Set(undecided.map(({ delivery }) => delivery.key!));
  return [...keys].flatMap((key) => {
    const associations = undecided.filter(({ delivery }) => delivery.key === key);
    const instances = new Set(associations.map(({ association }) => association.instance));
    const roles = new Set(app.rolesOf(key));
    const isCountable = app.account.keys[key].policy && [...instances, ...roles].every((value) => !isUnknown(value)) && roles.size > 0;
    return isCountable && roles.size < instances.size ? [findingAt(associations[associations.length - 1], {
      rule: 'no-key-access',
      message: `Amazon Connect would lose records of ${instances.size - roles.size} of the instances ${[...instances].map((instance) => app.nameOf(instance)).join(', ')}: `
        + `they use the key ${app.nameOf(key)}, but its policy and grants name only ${[...roles].join(', ')}`,
      fix: ADD_STATEMENT,
    })] : [];
  });
}

/** CloudFormation may create the association before the permission. */
export function associationBeforeKeyAccess(app: DeployedApp): Finding[] {
  return app.associations.filter(({ delivery }) => isPermitted(delivery, app)).flatMap((association) => {
    const { losses: [loss] } = lossesOf(association, app);
    if (!loss) return [];
    return [beforeKeyAccess(app, association, association.delivery.key, laterResources(association, app))];
  });
}

function beforeKeyAccess(app: DeployedApp, association: StreamingAssociation, key: string | undefined, later: Resource[]): Finding {
  return findingAt(association, {
    rule: 'association-before-key-access',
    message: `Amazon Connect would lose ${association.label} during the first deployment: CloudFormation may create the association before the service-linked role has `
      + `permission to use the key ${app.nameOf(key)}`,
    fix: `add a dependency of the association on ${[...new Set(later.map(pathOf))].join(' and ')}`,
  });
}

/**
 * Nothing waits for a permission of the role, although the instance streams to a stream that the templates do not define. Such a
 * stream is encrypted with the key, unless another stream of the templates is.
 */
export function unusedKeyAccess(app: DeployedApp): Finding[] {
  const undefinedStreams = app.associations.filter(({ delivery: { reason } }) => reason === 'unknown encryption');
  const usedKeys = new Set(app.associations.map(({ delivery }) => delivery.key));
  const keysOfStreams = new Set(Object.values(app.account.streams).map(({ key }) => key));
  return permissionsOfRoles(app, (key) => !usedKeys.has(key)).flatMap(({ permission, key, role, isSufficient }) => {
    const associations = undefinedStreams.filter(({ association: { instance }, destination }) => isEqual(app.account.roleOf(instance), role) !== false
      && !(isUnknown(destination) && keysOfStreams.has(key)));
    if (associations.length === 0 || (isSufficient && associations.some((association) => app.isAfter(association, permission)))) return [];
    const [association] = associations;
    return [isSufficient ? beforeKeyAccess(app, association, key, [permission]) : findingAt(permission, {
      rule: 'no-key-access',
      message: `Amazon Connect would lose all ${association.label} if the key ${app.nameOf(key)} encrypts the stream: ${app.roleNameOf(association.association.instance)} cannot call `
        + 'kms:GenerateDataKey',
      fix: ADD_STATEMENT,
    })];
  });
}

interface Permission {
  readonly permission: Resource;
  readonly key: string;
  readonly role: string;
  readonly isSufficient: boolean;
}

/** The permissions of service-linked roles by the policies and grants of some keys. */
function permissionsOfRoles(app: DeployedApp, isIncluded: (key: string) => boolean): Permission[] {
  return Object.entries(app.account.keys).filter(([key]) => isIncluded(key)).flatMap(([key, { policy }]) => {
    const resource = app.withArn(key);
    const ofPolicy = policy && resource ? connectRolesIn(policy) : [];
    const [, partition, , region, account] = splitText(key, ':');
    const stream = `arn:${partition}:kinesis:${region}:${account}:stream/${unknownValue('stream')}`;
    return [
      ...[...new Set(ofPolicy)].map((role) => ({
        permission: resource!,
        key,
        role,
        isSufficient: app.account.isAllowedByPolicy(policy!, role, stream, key) !== false,
      })),
      ...grantsOfRoles(app, key).map(({ resource: permission, grant: { grantee: role, operations } }) => (
        { permission, key, role, isSufficient: operations.some((operation) => isEqual(operation, 'GenerateDataKey') !== false) })),
    ];
  });
}

/** The grants for service-linked roles on a key, and the custom resources that create them. */
function grantsOfRoles(app: DeployedApp, key: string): Array<{ resource: Resource; grant: Grant }> {
  const { grants = [] } = app.account.keys[key] ?? {};
  return grants.filter(({ grantee }) => isServiceLinkedRole(grantee)).flatMap((grant) => app.ofKey('Custom::AWS', key)
    .filter(({ properties: { Create: call } }) => [grant.grantee, grant.name ?? '', JSON.stringify(grant.operations)].every((text) => String(call).includes(text)))
    .map((resource) => ({ resource, grant })));
}

/** A key policy or grant allows a service-linked role more than Amazon Connect needs for streaming, or allows everybody. */
export function wideKeyAccess(app: DeployedApp): Finding[] {
  const associations = new Map(app.associations.map((association) => [association.delivery.key, association]));
  return [...associations].flatMap(([key, association]) => {
    const { policy } = app.account.keys[key!] ?? {};
    const resource = app.withArn(key);
    const statements = policy ? statementsOf(policy).filter(({ Effect }) => Effect === 'Allow') : [];
    return [
      ...statements.filter((statement) => namesConnectRole(statement) && allowsMoreThan('kms:GenerateDataKey', statement)).map((statement) => findingAt(resource!, {
        rule: 'wide-key-access',
        severity: 'warning',
        message: `the key policy allows a service-linked role ${actionsOf(statement)}`,
        fix: 'Amazon Connect needs only kms:GenerateDataKey for streaming; use a statement of its own for other features',
      })),
      ...statements.filter(isForEveryAccount).map(() => findingAt(resource!, {
        rule: 'wide-key-access', severity: 'warning', message: 'the key policy allows every AWS account to use the key', fix: ADD_STATEMENT,
      })),
      ...statements.filter((statement) => allowsMoreByCondition(app, association, statement)).map((statement) => findingAt(resource!, {
        rule: 'wide-key-access',
        severity: 'warning',
        message: `the key policy allows a service-linked role, and all other principals that meet a condition, ${actionsOf(statement)}`,
        fix: ADD_STATEMENT,
      })),
      ...grantsOfRoles(app, key!).filter(({ grant }) => allowsMoreOperations(grant)).map((permission) => findingAt(permission.resource, {
        rule: 'wide-key-access',
        severity: 'warning',
        message: 'the grant allows a service-linked role more operations than GenerateDataKey',
        fix: 'Amazon Connect needs only GenerateDataKey for streaming',
      })),
    ];
  });
}

/** Whether a statement allows all principals, and has no condition for the principal or for what is encrypted. */
function isForEveryAccount({ Principal, Condition }: Statement): boolean {
  return principalsOf(Principal).includes('*') && !/:(CallerAccount|Principal|Source|userid|EncryptionContext)/i.test(JSON.stringify(Condition ?? ''));
}

/** Whether a statement allows a service-linked role by a condition, and with more actions. A condition for the service is usual for keys of an account. */
function allowsMoreByCondition({ account }: DeployedApp, { association, delivery: { key } }: StreamingAssociation, statement: Statement): boolean {
  const { instance, stream } = association;
  return principalsOf(statement.Principal).includes('*') && !isForEveryAccount(statement) && allowsMoreThan('kms:GenerateDataKey', statement)
    && !/kms:ViaService/i.test(JSON.stringify(statement.Condition)) && account.isAllowedByPolicy({ Statement: [statement] }, account.roleOf(instance), stream!, key!) === true;
}

function actionsOf({ Action }: Statement): string {
  return described(listOf(Action ?? 'all but some actions').join(', '));
}

function allowsMoreThan(expected: string, { Action, NotAction }: Statement): boolean {
  if (Action === undefined) return NotAction !== undefined;
  return listOf(Action).some((action) => isEqual(action.toLowerCase(), expected.toLowerCase()) === false);
}

function allowsMoreOperations({ operations }: Grant): boolean {
  return operations.some((operation) => isEqual(operation, 'GenerateDataKey') === false);
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
    const named = aliases.filter(({ properties: { AliasName }, deployed }) => keyId === AliasName || keyId === deployed?.attributes.Arn);
    const alias = named.find(({ scope }) => scope.file === stream.scope.file)
      ?? named.find(({ scope: { account, region } }) => account === stream.scope.account && region === stream.scope.region);
    return alias && !app.isAfter(stream, alias) ? [findingAt(stream, {
      rule: 'alias-after-stream',
      message: `the deployment may fail, or another key may encrypt the stream: CloudFormation may create the alias ${described(keyId)} after the stream`,
      fix: `reference the key instead of its alias, or add a dependency of the stream on ${pathOf(alias)}`,
    })] : [];
  });
}

import type { DeployedApp, Resource } from '../deployed-app';
import { type Finding, findingAt, pathOf } from '../finding';
import { type PolicyDocument, statementsOf } from '../simulation/access';
import type { Node } from '../simulation/deployment-graph';
import { isDuplicateAssociation } from '../simulation/provisioner';
import { described, isEqual, splitText } from '../simulation/unknown-values';

const MAX_KEY_POLICY_SIZE = 32_768;
const MAX_INLINE_POLICIES_SIZE = 10_240;

/** The deployment fails, so nothing is streamed. */
export function failingDeployment(app: DeployedApp): Finding[] {
  return [
    ...circularDependencies(app),
    ...keyPolicies(app),
    ...keysOfStreams(app),
    ...inlinePolicies(app),
    ...lookups(app),
    ...missingDependencies(app),
    ...app.failures.filter(({ reason }) => !isDuplicateAssociation(reason)).map(({ node, reason }) => failure(node, described(reason), 'correct the template')),
  ];
}

/** CloudFormation may create an association before the resources whose ARNs the template contains as text. */
function missingDependencies(app: DeployedApp): Finding[] {
  return app.associations.flatMap((association) => [association.destination, association.association.instance]
    .map((arn) => app.withArn(arn))
    .filter((resource) => resource !== undefined && !app.isAfter(association, resource))
    .map((resource) => failure(association, `CloudFormation may create the association before ${pathOf(resource!)}`, `add a dependency of the association on ${pathOf(resource!)}`)));
}

function failure(node: Node, why: string, fix: string): Finding {
  return findingAt(node, { rule: 'failing-deployment', message: `the deployment fails: ${why}`, fix });
}

/** Resources that depend on each other, also through nested stacks. */
function circularDependencies({ graph }: DeployedApp): Finding[] {
  return graph.stacks.flatMap(({ nodes }) => {
    const circle = circleIn(nodes);
    return circle ? [failure(circle[0], `circular dependency between ${circle.map(pathOf).join(', ')}`, 'remove one of the dependencies')] : [];
  });
}

function circleIn(nodes: ReadonlyMap<string, Node>): Node[] | undefined {
  const done = new Set<string>();
  const path = new Set<string>();
  const visit = (id: string): Node[] | undefined => {
    if (path.has(id)) return [...path].slice([...path].indexOf(id)).map((one) => nodes.get(one)!);
    if (done.has(id)) return undefined;
    done.add(id);
    path.add(id);
    for (const dependency of nodes.get(id)!.dependencies) {
      const circle = visit(dependency);
      if (circle) return circle;
    }
    path.delete(id);
    return undefined;
  };
  for (const id of nodes.keys()) {
    const circle = visit(id);
    if (circle) return circle;
  }
  return undefined;
}

function keyPolicies(app: DeployedApp): Finding[] {
  return app.ofType('AWS::KMS::Key', 'AWS::KMS::ReplicaKey').flatMap((key) => {
    const policy = key.properties.KeyPolicy;
    if (typeof policy !== 'object') return [];
    const size = JSON.stringify(policy).length;
    const sids = statementsOf(policy as PolicyDocument).map(({ Sid }) => Sid).filter((sid) => sid !== undefined);
    return [
      ...size > MAX_KEY_POLICY_SIZE ? [failure(key, `the key policy has ${size} characters, and the quota of AWS KMS is ${MAX_KEY_POLICY_SIZE}`, 'use fewer statements, or KMS grants')] : [],
      ...new Set(sids).size < sids.length ? [failure(key, 'two statements of the key policy have the same Sid', 'use different values')] : [],
    ];
  });
}

/** Kinesis uses only symmetric encryption keys. */
function keysOfStreams(app: DeployedApp): Finding[] {
  const asymmetric = app.ofType('AWS::KMS::Key').filter(({ properties: { KeySpec: spec = 'SYMMETRIC_DEFAULT' } }) => isEqual(String(spec), 'SYMMETRIC_DEFAULT') === false);
  return asymmetric.flatMap((key) => app.ofType('AWS::Kinesis::Stream')
    .filter(({ deployed }) => app.withArn(app.account.keyOf(app.account.streams[String(deployed?.attributes.Arn)]?.key)) === key)
    .map((stream) => failure(stream, `the key ${pathOf(key)} is not a symmetric encryption key`, 'use a key with the key spec SYMMETRIC_DEFAULT')));
}

function inlinePolicies(app: DeployedApp): Finding[] {
  const sizes = new Map<string, { policy: Resource; size: number }>();
  for (const policy of app.ofType('AWS::IAM::Policy', 'AWS::IAM::RolePolicy')) {
    for (const role of [policy.properties.Roles ?? [], policy.properties.RoleName ?? []].flat() as string[]) {
      const size = (sizes.get(role)?.size ?? 0) + JSON.stringify(policy.properties.PolicyDocument).length;
      sizes.set(role, { policy, size });
    }
  }
  return [...sizes.values()].filter(({ size }) => size > MAX_INLINE_POLICIES_SIZE).map(({ policy, size }) => failure(
    policy, `the inline policies of the role have ${size} characters, and the quota of IAM is ${MAX_INLINE_POLICIES_SIZE}`, 'use fewer or shorter policies, or managed policies'));
}

/** `DescribeInstance` finds instances of its own account only. */
function lookups(app: DeployedApp): Finding[] {
  return app.ofType('Custom::AWS').flatMap((lookup) => {
    const arn = /"action":"describeInstance".*"InstanceId":"(arn:[^"]+)"/i.exec(String(lookup.properties.Create))?.[1];
    const [, , , , account] = splitText(arn ?? '', ':');
    const { account: own } = lookup.scope;
    return account !== undefined && own !== undefined && isEqual(account, own) === false
      ? [failure(lookup, `the lookup in the account ${own} cannot find the instance ${arn}`, 'look up the instance in its own account')]
      : [];
  });
}

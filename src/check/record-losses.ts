import type { DeployedApp, Resource, StreamingAssociation } from './deployed-app';
import { pathOf } from './finding';
import { NOTHING } from './simulation/deployment-graph';
import { DeploymentSimulation, type Step } from './simulation/deployment-simulation';
import { type Delivery, SimulatedAccount } from './simulation/simulated-account';
import { isUnknown } from './simulation/unknown-values';

/** Records that are lost between two steps of a deployment, in one of the possible orders. */
export interface Loss {
  /** The change after which records are lost. */
  readonly after: string;
  /** The change after which records are received again. Undefined if that is the end of the deployment, or never. */
  readonly until?: string;
  readonly delivery?: Delivery;
}

/** A loss, and the order of deployment in which it happens. */
interface LossInOrder extends Loss {
  readonly order: string;
  until?: string;
}

const NO_LOSSES = { losses: [] as Loss[], failure: undefined as string | undefined };

/**
 * Simulates the deployment of an association with the resources that decide about its records, in every order. `from` is what is
 * deployed, if anything.
 */
export function lossesOf(association: StreamingAssociation, to: DeployedApp, from?: DeployedApp): typeof NO_LOSSES {
  const { instance, dataType } = association.association;
  if (!from && laterResources(association, to).length === 0) return NO_LOSSES;
  const before = from?.associationsOf(association) ?? [];
  const changed = changedResources([association, ...before], to, from);
  if (changed.size === 0) return NO_LOSSES;

  const permitted = permittedKeys([association, ...before], [to, from]);
  const losses: LossInOrder[] = [];
  const onStep = (step: Step): void => {
    const { order, account } = step;
    const current = account.associations[account.associationFor(instance, dataType) ?? ''];
    const delivery = current && account.deliveryOf(current);
    const isLost = current ? delivery!.isReceived === false || permitted.get(delivery!.key)?.includes(delivery!.reason) : before.length > 0;
    const open = losses.find((loss) => !loss.until && order.startsWith(loss.order)); // the order of a cleanup continues that of its deployment
    if (isLost && !open) losses.push({ after: described(step, to, from), delivery, order });
    if (!isLost && open) open.until = described(step, to, from);
  };
  const only = new Map([...changed].map((id) => [id, to.resources.get(id)?.properties] as const));
  const simulation = new DeploymentSimulation({ only, onStep, continueCleanup: true });
  try {
    const previous = from?.graph ?? NOTHING;
    const stacks = new Set([...changed].map((id) => stackNameOf(id, to.resources.has(id) ? to : from!)));
    simulation.update(startOf(changed, to, from), previous, { ...to.graph, stacks: to.graph.stacks.filter(({ name }) => stacks.has(name)) });
  } catch (error) {
    const isDuplicate = to.associationsOf(association).length > 1; // the rule duplicate-association reports it
    return { losses, failure: isDuplicate ? undefined : (error as Error).message };
  }
  return { losses, failure: undefined };
}

/**
 * The keys for which the templates grant permission to the role of an association, each with the reasons why a record is lost without
 * the permission. The other reasons are the same with the permission.
 */
function permittedKeys(associations: StreamingAssociation[], apps: Array<DeployedApp | undefined>): Map<string | undefined, Array<Delivery['reason']>> {
  const permitted = associations.filter(({ delivery }) => apps.some((app) => app && isPermitted(delivery, app)));
  return new Map(permitted.map(({ delivery: { key, reason } }) => [key, reason === 'received' ? ['unknown key', 'unknown permission'] : ['unknown key']]));
}

/** Whether the templates grant permission to the role, or to a role whose ARN is known and that may be the same. */
export function isPermitted({ key, reason }: Delivery, app: DeployedApp): boolean {
  if (!key) return false;
  return ['received', 'unknown condition', 'unknown key state'].includes(reason) || (reason === 'unknown permission' && app.rolesOf(key).some((role) => !isUnknown(role)));
}

/** The ids of the resources that decide about the records of the associations, and that the deployment changes. */
function changedResources(associations: StreamingAssociation[], to: DeployedApp, from?: DeployedApp): Set<string> {
  const decisive = [to, from].flatMap((app) => app ? associations.flatMap((association) => decisiveResources(association, app)) : []);
  return new Set(decisive.map(({ id }) => id).filter((id) => {
    const [after, before] = [to, from].map((app) => app?.resources.get(id));
    return !after || !before || JSON.stringify(after.properties) !== JSON.stringify(before.properties);
  }));
}

/** The resources that decide about the records of an association, and that CloudFormation may deploy after the association. */
export function laterResources(association: StreamingAssociation, app: DeployedApp): Resource[] {
  return decisiveResources(association, app).filter((resource) => resource.type !== association.type && !app.isAfter(association, resource));
}

function decisiveResources(association: StreamingAssociation, app: DeployedApp): Resource[] {
  return app.associationsOf(association).flatMap((own) => {
    const { association: { instance, stream }, delivery: { key } } = own;
    return [own, app.withArn(instance), app.withArn(stream), app.withArn(key), ...app.ofKey('AWS::KMS::Alias', key), ...app.ofKey('Custom::AWS', key)]
      .filter((resource) => resource !== undefined);
  });
}

function stackNameOf(id: string, app: DeployedApp): string {
  return app.stackOf(app.resources.get(id)!).name;
}

/** The account before the deployment: what is deployed, and the Lambda functions and roles of the custom resources. */
function startOf(changed: ReadonlySet<string>, to: DeployedApp, from?: DeployedApp): SimulatedAccount {
  const account = from?.account.copy() ?? new SimulatedAccount(true, to.account.created);
  for (const [arn, key] of Object.entries(account.keys)) key.isUsedByCustomResource ||= to.account.keys[arn]?.isUsedByCustomResource;
  const hasCustomResource = [...changed].some((id) => (to.resources.get(id) ?? from!.resources.get(id))!.type === 'Custom::AWS');
  account.deployed = {
    ...hasCustomResource && Object.fromEntries([...from?.callers ?? [], ...to.callers]),
    ...Object.fromEntries([...changed].flatMap((id) => from?.account.deployed[id] ? [[id, from.account.deployed[id]]] : [])),
  };
  return account;
}

/** A step in words, such as `CloudFormation updates Stack/Key (AWS::KMS::Key)`. */
function described({ verb, id, account }: Step, to: DeployedApp, from?: DeployedApp): string {
  const resource = to.resources.get(id) ?? from!.resources.get(id)!;
  const isNew = !from?.resources.has(id);
  const change = verb === 'cleaning up' ? 'deletes' : isNew ? 'creates' : account.replaced[id] ? 'replaces' : 'updates';
  const old = verb === 'cleaning up' && to.resources.has(id) ? 'the replaced ' : '';
  return `CloudFormation ${change} ${old}${pathOf(resource)} (${resource.type})`;
}

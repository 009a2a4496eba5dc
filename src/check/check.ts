import { DeployedApp } from './deployed-app';
import type { Finding } from './finding';
import { duplicateAssociation, otherAccountOrRegion, parallelAssociations, unsupportedDestination } from './rules/associations';
import { deletedResource, failingCleanup, lossDuringUpdate, shortenedRetention } from './rules/changes';
import { failingDeployment } from './rules/deployment';
import { unreadableRecords } from './rules/destinations';
import { aliasAfterStream, associationBeforeKeyAccess, fewerRolesThanInstances, noKeyAccess, policyOnServiceLinkedRole, unknownKeyAccess, unusedKeyAccess, wideKeyAccess } from './rules/key-access';
import { deploymentGraph, type DeploymentGraph } from './simulation/deployment-graph';
import { inOrderOfExports, stacksOf } from './templates';
import type { SynthesizedStack } from '../template/cloud-assembly';

type StateRule = (app: DeployedApp) => Finding[];
type ChangeRule = (from: DeployedApp, to: DeployedApp) => Finding[];

/** The rules about the templates, by id. */
export const STATE_RULES: Record<string, StateRule> = {
  'no-key-access': (app) => [...noKeyAccess(app), ...fewerRolesThanInstances(app)],
  'association-before-key-access': (app) => [...associationBeforeKeyAccess(app), ...unusedKeyAccess(app)],
  'unknown-key-access': unknownKeyAccess,
  'wide-key-access': wideKeyAccess,
  'policy-on-service-linked-role': policyOnServiceLinkedRole,
  'alias-after-stream': aliasAfterStream,
  'unsupported-destination': unsupportedDestination,
  'other-account-or-region': otherAccountOrRegion,
  'duplicate-association': duplicateAssociation,
  'parallel-associations': parallelAssociations,
  'unreadable-records': unreadableRecords,
  'failing-deployment': failingDeployment,
};

/** The rules about the change from what is deployed, by id. */
export const CHANGE_RULES: Record<string, ChangeRule> = {
  'loss-during-update': (from, to) => [...lossDuringUpdate(from, to), ...failingCleanup(from, to)],
  'deleted-resource': deletedResource,
  'shortened-retention': shortenedRetention,
};

/** Checks whether the deployment of the stacks of templates would lose records. */
export function checkTemplates(files: readonly string[]): Finding[] {
  return check(stacksOf(files));
}

/** Checks whether the deployment of stacks would lose records, and whether the update of the deployed stacks would. */
export function check(stacks: readonly SynthesizedStack[], deployed?: readonly SynthesizedStack[]): Finding[] {
  if (!deployed) return checkGraphs(deploymentGraph(stacks));
  const before = matching(deployed, stacks);
  return checkGraphs(deploymentGraph(withUnchanged(stacks, before)), deploymentGraph(before));
}

export function checkGraphs(graph: DeploymentGraph, deployed?: DeploymentGraph): Finding[] {
  const to = new DeployedApp(graph);
  const findings = Object.values(STATE_RULES).flatMap((rule) => rule(to));
  if (!deployed) return findings;
  const from = new DeployedApp(deployed);
  const updated = new DeployedApp(graph, from);
  return [...findings, ...Object.values(CHANGE_RULES).flatMap((rule) => rule(from, updated))];
}

/** The stacks with those that are deployed and do not change. A cloud assembly contains all stacks of an app, and templates only those that change. */
function withUnchanged(stacks: readonly SynthesizedStack[], deployed: readonly SynthesizedStack[]): readonly SynthesizedStack[] {
  if (stacks.some(({ dependencies }) => dependencies)) return stacks;
  const unchanged = deployed.filter(({ stackName }) => stacks.every((stack) => stack.stackName !== stackName));
  return unchanged.length > 0 ? inOrderOfExports([...unchanged, ...stacks]) : stacks;
}

/** The deployed stacks. Two single templates are of one stack, whatever the names of their files. */
function matching(deployed: readonly SynthesizedStack[], stacks: readonly SynthesizedStack[]): readonly SynthesizedStack[] {
  const names = stacks.map(({ stackName }) => stackName);
  if (deployed.some(({ stackName }) => names.includes(stackName))) return deployed;
  if (deployed.length === 1 && stacks.length === 1) return [{ ...deployed[0], stackName: names[0] }];
  throw new Error(`the deployed stacks (${deployed.map(({ stackName }) => stackName).join(', ')}) must have the names of the new ones (${names.join(', ')})`);
}

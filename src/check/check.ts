import { DeployedApp } from './deployed-app';
import type { Finding } from './finding';
import { duplicateAssociation, otherAccountOrRegion, parallelAssociations, unsupportedDestination } from './rules/associations';
import { deletedResource, lossDuringUpdate, shortenedRetention } from './rules/changes';
import { failingDeployment } from './rules/deployment';
import { unreadableRecords } from './rules/destinations';
import { aliasAfterStream, associationBeforeKeyAccess, noKeyAccess, policyOnServiceLinkedRole, unknownKeyAccess, wideKeyAccess } from './rules/key-access';
import { deploymentGraph } from './simulation/deployment-graph';
import type { SynthesizedStack } from '../template/cloud-assembly';

type StateRule = (app: DeployedApp) => Finding[];
type ChangeRule = (from: DeployedApp, to: DeployedApp) => Finding[];

/** The rules about the templates, by id. */
export const STATE_RULES: Record<string, StateRule> = {
  'no-key-access': noKeyAccess,
  'association-before-key-access': associationBeforeKeyAccess,
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
  'loss-during-update': lossDuringUpdate,
  'deleted-resource': deletedResource,
  'shortened-retention': shortenedRetention,
};

/** Checks whether the deployment of stacks would lose records, and whether the update of the deployed stacks would. */
export function check(stacks: readonly SynthesizedStack[], deployed?: readonly SynthesizedStack[]): Finding[] {
  const to = new DeployedApp(deploymentGraph(stacks));
  const findings = Object.values(STATE_RULES).flatMap((rule) => rule(to));
  if (!deployed) return findings;

  const from = new DeployedApp(deploymentGraph(deployed), to.account.created);
  return [...findings, ...Object.values(CHANGE_RULES).flatMap((rule) => rule(from, to))];
}

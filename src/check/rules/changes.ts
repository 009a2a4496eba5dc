import type { DeployedApp, StreamingAssociation } from '../deployed-app';
import { type Finding, findingAt, pathOf } from '../finding';
import { lossesOf } from '../record-losses';
import { keyOfDestination } from './destinations';
import { isDuplicateAssociation, isReplacement } from '../simulation/provisioner';
import { described, isUnknown } from '../simulation/unknown-values';

const DEFAULT_RETENTION_HOURS = 24;

/** Records would be lost while CloudFormation updates what is deployed. */
export function lossDuringUpdate(from: DeployedApp, to: DeployedApp): Finding[] {
  return to.associations.filter((association) => from.associationsOf(association).length > 0).flatMap((association) => {
    const { losses: [loss], failure } = lossesOf(association, to, from);
    const finding = (message: string, fix: string, severity?: 'warning') => [findingAt(association, { rule: 'loss-during-update', message, fix, ...severity && { severity } })];
    if (failure) {
      const fix = isDuplicateAssociation(failure) ? 'keep the logical id of the association, or delete the association first' : 'correct the template';
      return finding(`the update fails, or records are lost: ${described(failure.split('\n')[0])}`, fix);
    }
    if (!loss) return [];
    const reason = loss.delivery ? `, because of ${reasons[loss.delivery.reason] ?? loss.delivery.reason}` : ', because the association is deleted before it is created again';
    const mayHavePermission = loss.delivery?.reason === 'unknown permission';
    return finding(
      `Amazon Connect ${mayHavePermission ? 'may' : 'would'} lose ${association.label} after ${loss.after}, until ${loss.until ?? 'the end of the deployment'}${reason}`,
      'deploy the change in two steps: first add what is new and keep what is old, then remove what is old',
      mayHavePermission ? 'warning' : undefined,
    );
  });
}

/** CloudFormation would leave a resource behind, such as a grant whose role lost its permission to delete it. */
export function failingCleanup(_from: DeployedApp, to: DeployedApp): Finding[] {
  return to.cleanupFailures.map(({ node, reason }) => findingAt(node, {
    rule: 'failing-deployment', severity: 'warning', message: `the update cannot delete what it replaces or removes: ${described(reason)}`, fix: 'keep the permissions until the resource is deleted',
  }));
}

const reasons: Record<string, string> = {
  'no permission': 'the missing permission to use the key',
  'no key': 'the deleted key',
  'no stream': 'the deleted stream',
  'disabled key': 'the disabled key',
  'unknown permission': 'the removed permission, unless a role that the key policy or a grant still names is the same',
};

/** A resource that holds records or decrypts them would be deleted or replaced. */
export function deletedResource(from: DeployedApp, to: DeployedApp): Finding[] {
  const destinations = new Map(from.associations.flatMap(({ destination, label }) => [[from.withArn(destination), label] as const]));
  const keys = new Map(from.associations.map(({ delivery: { key }, destination, label }) => (
    [from.withArn(key ?? keyOfDestination(from, destination)), label] as const)));
  const associations = new Map(from.associations.map((association) => [association.id, association]));
  const instances = new Set(from.associations.map(({ association }) => association.instance));
  return [...from.resources.values()].flatMap((resource) => {
    const next = to.resources.get(resource.id);
    const isReplaced = next && isReplacement(resource.type, resource.properties, next.properties);
    if (isReplaced === false) return [];
    const { DeletionPolicy, UpdateReplacePolicy } = (next ?? resource).resource;
    const isRetained = (next ? UpdateReplacePolicy : DeletionPolicy)?.startsWith('Retain') ?? false;
    const verb = next ? isReplaced ? 'replaces' : 'may replace' : 'deletes';
    const finding = (message: string, fix: string): Finding => findingAt(next ?? resource, {
      rule: 'deleted-resource', message: `CloudFormation ${verb} ${pathOf(resource)}: ${message}`, fix, ...next && !isReplaced && { severity: 'info' },
    });

    const association = next && associations.get(resource.id);
    if (association && isEnded(association, to)) {
      return [finding(`Amazon Connect no longer streams the ${association.label} of ${to.nameOf(association.association.instance)}`, 'add an association instead of changing this one')];
    }
    if (resource.type === 'AWS::Connect::Instance' && instances.has(String(resource.deployed?.physicalId))) {
      return [finding('the instance with its configuration and its data is deleted, and its associations with it', 'keep the properties of the instance')];
    }
    if (isRetained) return [];
    const label = destinations.get(resource);
    if (label && resource.type === 'AWS::Kinesis::Stream') {
      return [finding(`the ${label} in the stream that consumers have not read are lost`, 'retain the stream until consumers have read it')];
    }
    if (label) return [finding(`the ${label} that Firehose has not delivered are lost`, 'wait until the delivery stream is empty before you delete it')];
    const encrypted = keys.get(resource);
    return encrypted ? [finding(`the ${encrypted} that the key encrypts cannot be decrypted after its deletion`, 'retain the key')] : [];
  });
}

/** Whether an instance still exists, but nothing streams the records of one of its associations any more. */
function isEnded({ association: { instance }, label }: StreamingAssociation, { account, associations }: DeployedApp): boolean {
  const exists = account.instanceArn(instance) !== undefined;
  return exists && !associations.some((other) => other.association.instance === instance && other.label === label);
}

/** Records that consumers have not read would expire earlier. */
export function shortenedRetention(from: DeployedApp, to: DeployedApp): Finding[] {
  const streams = new Set(from.associations.map(({ association }) => from.withArn(association.stream)?.id));
  return to.ofType('AWS::Kinesis::Stream').flatMap((stream) => {
    const previous = streams.has(stream.id) ? from.resources.get(stream.id) : undefined;
    const [ofPrevious, own] = [previous, stream].map((one) => one?.properties.RetentionPeriodHours ?? DEFAULT_RETENTION_HOURS);
    if (previous && ofPrevious !== own && (isUnknown(ofPrevious) || isUnknown(own))) {
      return [findingAt(stream, {
        rule: 'shortened-retention',
        severity: 'info',
        message: `cannot determine whether the retention period decreases from ${described(ofPrevious)} to ${described(own)} hours`,
        fix: 'compare the values',
      })];
    }
    const [before, after] = [Number(ofPrevious), Number(own)];
    return previous && after < before ? [findingAt(stream, {
      rule: 'shortened-retention',
      message: `records that are older than ${after} hours and that consumers have not read are lost: the retention period decreases from ${before} to ${after} hours`,
      fix: 'check that the consumers of the stream keep up before you decrease the retention period',
    })] : [];
  });
}

import { dataTypeOf, type DeployedApp, grouped, type Resource, type StreamingAssociation } from '../deployed-app';
import { type Finding, findingAt, pathOf } from '../finding';
import { described, isEqual, isUnknown, splitText } from '../simulation/unknown-values';

/** Amazon Connect cannot stream the data type to the destination. */
export function unsupportedDestination(app: DeployedApp): Finding[] {
  return app.associations.flatMap((association) => {
    const { label, destination } = association;
    const [problem, fix, severity = 'error'] = problemOf(association, app.withArn(destination)) ?? [];
    const loss = severity === 'info' ? `cannot determine whether Amazon Connect would lose ${label}` : `the deployment fails, or Amazon Connect would lose all ${label}`;
    return problem && fix ? [findingAt(association, { rule: 'unsupported-destination', severity, message: `${loss}: ${problem}`, fix })] : [];
  });
}

/** Why Amazon Connect cannot use a destination, how to correct it, and whether that is not known. */
type Problem = [string, string, 'info'?];

function problemOf({ properties, destination, label }: StreamingAssociation, target?: Resource): Problem | undefined {
  const { StorageType: storageType, ResourceType: resourceType, KinesisStreamConfig: stream, KinesisFirehoseConfig: deliveryStream } = properties;
  if (isUnknown(storageType) || isUnknown(resourceType)) {
    return [`the templates do not tell whether ${described(resourceType)} can be sent to ${described(storageType)}`, 'check that Amazon Connect supports the storage type for this resource type', 'info'];
  }
  const dataType = dataTypeOf(resourceType);
  if (!dataType) return [`${String(resourceType)} cannot be sent to ${String(storageType)}`, 'use the storage type that Amazon Connect supports for this resource type'];
  const supported = dataType.destinations.map((name) => name === 'Kinesis data stream' ? 'KINESIS_STREAM' : 'KINESIS_FIREHOSE');
  if (!supported.some((type) => type === storageType)) return [`${label} cannot be sent to ${String(storageType)}`, `send them to ${supported.join(' or ')}`];

  const [config, service] = storageType === 'KINESIS_STREAM' ? [stream, 'kinesis'] : [deliveryStream, 'firehose'];
  if (!config) return [`the storage type is ${String(storageType)}, but its configuration is missing`, `specify ${service === 'kinesis' ? 'KinesisStreamConfig' : 'KinesisFirehoseConfig'}`];
  const actual = splitText(String(destination), ':')[2];
  if (actual !== undefined && !isUnknown(actual) && actual !== service) return [`the destination is ${described(destination)}`, `specify the ARN of a resource of ${service}`];
  if (service === 'firehose' && !target) {
    return [`the templates do not define the delivery stream ${described(destination)}`, 'check that the delivery stream has direct PUT as its source, and adds a newline to each record', 'info'];
  }
  const { DeliveryStreamType: type, KinesisStreamSourceConfiguration: ofKinesis, MSKSourceConfiguration: ofMsk } = target?.properties ?? {};
  const source = type ?? (ofKinesis ? 'KinesisStreamAsSource' : ofMsk ? 'MSKAsSource' : undefined);
  if (isUnknown(source)) return [`the templates do not tell the source of the delivery stream ${pathOf(target!)}`, 'check that the delivery stream has direct PUT as its source', 'info'];
  if (source !== undefined && source !== 'DirectPut') {
    return [`the delivery stream ${pathOf(target!)} reads from another source (${described(source)}), so it refuses records of Amazon Connect`, 'use a delivery stream with direct PUT'];
  }
  return undefined;
}

/** The pairs of the stack, the instance, the destination and the key. */
const PAIRS = [[0, 1], [0, 2], [1, 2], [0, 3], [1, 3], [2, 3]];

/** The instance, the destination and the stack must be in one account and one Region, and the key of the stream in the same Region. */
export function otherAccountOrRegion(app: DeployedApp): Finding[] {
  return app.associations.flatMap((association) => {
    const { scope, association: { instance }, destination, delivery: { key }, label } = association;
    const places: Place[] = [scope, placeOf(instance), placeOf(destination), { ...placeOf(key), account: undefined }];
    const different = PAIRS.find(([one, other]) => isElsewhere(places[one], places[other]));
    const names = () => ['the stack', `the instance ${app.nameOf(instance)}`, `the destination ${app.nameOf(destination)}`, `the key ${app.nameOf(key)}`];
    return different ? [findingAt(association, {
      rule: 'other-account-or-region',
      message: `Amazon Connect cannot stream ${label}: ${different.map((index) => `${names()[index]} is in ${describedPlace(places[index])}`).join(', ')}`,
      fix: 'use a destination in the account and Region of the instance with a key in this Region, and define the association there',
    })] : [];
  });
}

interface Place {
  readonly account?: string;
  readonly region?: string;
}

function describedPlace({ account, region }: Place): string {
  return [account, region].filter((part) => part !== undefined).map(described).join(', ');
}

function placeOf(arn = ''): Place {
  const [, , , region, account] = splitText(arn, ':');
  return { region, account };
}

function isElsewhere(one: Place, other: Place): boolean {
  return isDifferent(one.region, other.region) || isDifferent(one.account, other.account);
}

function isDifferent(one?: string, other?: string): boolean {
  return one !== undefined && other !== undefined && isEqual(one, other) === false;
}

/** An instance has one association for a resource type at most. */
export function duplicateAssociation(app: DeployedApp): Finding[] {
  const first = new Map<string, Resource>();
  return app.ofType('AWS::Connect::InstanceStorageConfig').flatMap((association) => {
    const { InstanceArn, ResourceType } = association.properties;
    const key = `${String(InstanceArn)} ${String(ResourceType)} ${isUnknown(InstanceArn) ? association.scope.file : ''}`;
    const other = first.get(key);
    if (!other) first.set(key, association);
    if (!other || isUnknown(ResourceType)) return [];
    const stores = dataTypeOf(ResourceType);
    const mayExclude = isConditional(association, other);
    return [findingAt(association, {
      rule: 'duplicate-association',
      severity: mayExclude ? 'info' : 'error',
      message: `the deployment fails${mayExclude ? ' if the conditions of both are true' : ''}: ${pathOf(other)} ${stores ? `streams ${stores.label}` : `stores ${String(ResourceType)}`} `
        + `of the instance ${app.nameOf(String(InstanceArn))} already`,
      fix: mayExclude ? 'check that only one of the conditions can be true' : 'remove one of the associations',
    })];
  });
}

/** Whether no dependency orders two associations of an instance, or the stacks that contain them. */
function mayBeParallel(app: DeployedApp, one: Resource, other: Resource): boolean {
  const [stack, otherStack] = [app.stackOf(one), app.stackOf(other)];
  if (stack === otherStack) return !app.isAfter(one, other) && !app.isAfter(other, one);
  const [before, otherBefore] = [stack.dependencies, otherStack.dependencies];
  return before !== undefined && otherBefore !== undefined && !before.has(otherStack.name) && !otherBefore.has(stack.name)
    && !isUnknown(one.properties.InstanceArn); // stacks can resolve it to different instances
}

/** Whether two resources may exclude each other by their conditions, which are unknown. */
function isConditional({ conditions: one }: Resource, { conditions: other }: Resource): boolean {
  return one.length > 0 && other.length > 0 && one.join() !== other.join();
}

/** Amazon Connect refuses API calls for an instance in parallel. */
export function parallelAssociations(app: DeployedApp): Finding[] {
  const byInstance = grouped(app.ofType('AWS::Connect::InstanceStorageConfig'), ({ properties }) => String(properties.InstanceArn));
  return [...byInstance].flatMap(([instance, associations]) => associations.flatMap((association, index) => {
    const other = associations.slice(0, index).find((previous) => !isConditional(association, previous) && mayBeParallel(app, association, previous));
    return other ? [findingAt(association, {
      rule: 'parallel-associations',
      severity: 'warning',
      message: `the deployment may fail with TooManyRequestsException: CloudFormation may create it in parallel with ${pathOf(other)} of the instance ${app.nameOf(instance)}`,
      fix: 'add a dependency between the associations of an instance',
    })] : [];
  }));
}

import type { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import { Construct, type IConstruct } from 'constructs';
import type { DataType } from '../common/data-types';
import { errorAt } from '../common/errors';
import type { Instance } from '../common/instance';
import { singletonIn } from '../common/singleton';
import { isDifferent } from '../common/tokens';

interface Entry {
  readonly association: CfnInstanceStorageConfig;
  readonly dataType: DataType;
  readonly instance: Instance;
}

/**
 * The associations of an app. Amazon Connect supports one association per instance and data type, and about two API calls per
 * second: associations of an instance that are deployed in parallel fail with TooManyRequestsException.
 */
export class Associations extends Construct {
  public static of(scope: Construct): Associations {
    return singletonIn(scope.node.root as Construct, 'ConnectDataStreamingAssociations', Associations);
  }

  private readonly byInstance = new Map<string, Entry[]>();

  /** Deploys the association after the other associations of its instance in its stack. */
  public add(entry: Entry): void {
    const { association, dataType, instance } = entry;
    const others = this.byInstance.get(instance.identity)?.filter((other) => isInTree(other.association)) ?? [];

    const duplicate = others
      .filter((other) => other.dataType === dataType)
      .find((other) => isSameInstance(other, entry));
    if (duplicate) {
      throw errorAt(pathOf(association), `cannot stream ${dataType.label}: ${pathOf(duplicate.association)} already streams them from this `
        + 'Amazon Connect instance, which sends each data type to one stream',
      'remove one of the two, or set the env of stacks that you deploy to different Regions');
    }

    const previous = others.filter((other) => other.association.stack === association.stack).pop();
    if (previous) association.node.addDependency(previous.association);
    this.byInstance.set(instance.identity, [...others, entry]);
  }
}

/** Whether the construct is still part of the app, which `tryRemoveChild()` can change. */
function isInTree(construct: IConstruct): boolean {
  const { scope, id } = construct.node;
  return !scope || (scope.node.tryFindChild(id) === construct && isInTree(scope));
}

/** Instances with equal identities can be different: an instance and its replica in another Region, and tokens whose value depends on the stack. */
function isSameInstance({ association, instance }: Entry, other: Entry): boolean {
  if (instance.isStackSpecific && association.stack !== other.association.stack) return false;

  return !isDifferent(instance.env.region, other.instance.env.region) && !isDifferent(instance.env.account, other.instance.env.account);
}

function pathOf(association: CfnInstanceStorageConfig): string {
  return association.node.scope!.node.path;
}

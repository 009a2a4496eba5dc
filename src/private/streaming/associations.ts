import type { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import { Construct } from 'constructs';
import { ConnectApiCalls } from '../common/connect-api-calls';
import { isInTree, singletonIn } from '../common/construct-tree';
import type { DataType } from '../common/data-types';
import { errorAt } from '../common/errors';
import type { Instance } from '../common/instance';

interface Entry {
  readonly association: CfnInstanceStorageConfig;
  readonly dataType: DataType;
  readonly instance: Instance;
}

/** The associations of an app. Amazon Connect supports one association per instance and data type. */
export class Associations extends Construct {
  public static of(scope: Construct): Associations {
    return singletonIn(scope.node.root as Construct, 'ConnectDataStreamingAssociations', Associations);
  }

  private readonly byInstance = new Map<string, Entry[]>();

  public add(entry: Entry): void {
    const { association, dataType, instance } = entry;
    const others = this.byInstance.get(instance.identity)?.filter((other) => isInTree(other.association)) ?? [];

    const duplicate = others.find((other) => other.dataType === dataType && other.instance.isSameAs(instance));
    if (duplicate) {
      throw errorAt(pathOf(association), `cannot stream ${dataType.label}: ${pathOf(duplicate.association)} already streams them from this `
        + 'Amazon Connect instance, which sends each data type to one stream',
      'remove one of the two, or set the env of stacks that you deploy to different Regions');
    }
    this.byInstance.set(instance.identity, [...others, entry]);
    ConnectApiCalls.of(association).addAssociation({ resource: association, instance });
  }
}

function pathOf(association: CfnInstanceStorageConfig): string {
  return association.node.scope!.node.path;
}

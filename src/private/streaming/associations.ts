import { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import { Construct } from 'constructs';
import { ConnectApiCalls } from '../common/connect-api-calls';
import { isInTree, singletonIn } from '../common/construct-tree';
import type { DataType } from '../common/data-types';
import { errorAt } from '../common/errors';
import { Instance } from '../common/instance';

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

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.node.addValidation({ validate: () => this.validateOtherAssociations() });
  }

  public add(entry: Entry): void {
    const { association, dataType, instance } = entry;
    const others = this.byInstance.get(instance.identity)?.filter((other) => isInTree(other.association)) ?? [];

    const duplicate = others.find((other) => other.dataType === dataType && other.instance.isSameAs(instance));
    if (duplicate) throw duplicateError(entry, pathOf(duplicate.association));
    this.byInstance.set(instance.identity, [...others, entry]);
    ConnectApiCalls.of(association).addAssociation({ resource: association, instance });
  }

  /** Validates the associations that the app defines as L1 constructs, before or after those of the constructs. */
  private validateOtherAssociations(): string[] {
    const entries = [...this.byInstance.values()].flat().filter(({ association }) => isInTree(association));
    const own = new Set(entries.map(({ association }) => association));
    return this.node.root.node.findAll()
      .filter(CfnInstanceStorageConfig.isCfnInstanceStorageConfig)
      .filter((association) => !own.has(association))
      .flatMap((association) => {
        const instance = Instance.of(association);
        const duplicate = entries.find((entry) => entry.dataType.resourceType === association.resourceType && entry.instance.isSameAs(instance));
        return duplicate ? [duplicateError(duplicate, association.node.path).message] : [];
      });
  }
}

function duplicateError({ association, dataType }: Entry, otherPath: string): Error {
  return errorAt(pathOf(association), `cannot stream ${dataType.label}: ${otherPath} already streams them from this Amazon Connect instance, which sends each `
    + 'data type to one stream',
  'remove one of the two, or set the env of stacks that you deploy to different Regions');
}

function pathOf(association: CfnInstanceStorageConfig): string {
  return association.node.scope!.node.path;
}

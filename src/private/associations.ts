import type { CfnInstanceStorageConfig } from 'aws-cdk-lib/aws-connect';
import type { aws_connect as connect } from 'aws-cdk-lib/interfaces';
import { Construct } from 'constructs';
import { differ } from './differ';
import { instanceIdentity } from './identity';

const ID = 'ConnectDataStreamingAssociations';

interface Entry {
  readonly association: CfnInstanceStorageConfig;
  readonly instance: connect.IInstanceRef;
}

/**
 * The associations of an app. Amazon Connect takes one per instance and kind of data, and only about two API calls a
 * second: associations of an instance that are made side by side fail with TooManyRequestsException.
 */
export class Associations extends Construct {
  public static of(scope: Construct): Associations {
    const app = scope.node.root as Construct;
    return app.node.tryFindChild(ID) as Associations | undefined ?? new Associations(app, ID);
  }

  private readonly byInstance = new Map<string, Entry[]>();

  /** Puts the association behind the earlier ones of its instance in its stack. */
  public add(association: CfnInstanceStorageConfig, instance: connect.IInstanceRef): void {
    const identity = instanceIdentity(instance);
    const earlier = this.byInstance.get(identity) ?? [];

    const twin = earlier
      .filter((other) => other.association.resourceType === association.resourceType)
      .find((other) => sameEnvironment(other.instance, instance));
    if (twin) {
      throw new Error(`${pathOf(association)}: this Amazon Connect instance streams ${association.resourceType} already, in `
        + `${pathOf(twin.association)}; it sends each kind of data to one stream: remove one of the two, or give stacks that `
        + 'deploy to different Regions an env');
    }

    const previous = earlier.filter((other) => other.association.stack === association.stack).pop();
    if (previous) association.node.addDependency(previous.association);
    this.byInstance.set(identity, [...earlier, { association, instance }]);
  }
}

/** Only the Region tells an instance from its replica: they share their id. */
function sameEnvironment(one: connect.IInstanceRef, other: connect.IInstanceRef): boolean {
  return !differ(one.env.region, other.env.region) && !differ(one.env.account, other.env.account);
}

function pathOf(association: CfnInstanceStorageConfig): string {
  return association.node.scope!.node.path;
}

import { isAllowed, type PolicyDocument } from './policy-engine';
import { ACCOUNT } from '../support';

export interface Grant {
  readonly id: string;
  readonly grantee: string;
  readonly retiringPrincipal?: string;
  readonly operations: readonly string[];
  readonly name?: string;
}

export interface Key {
  policy: PolicyDocument;
  readonly grants: Grant[];
}

/** A resource that CloudFormation deployed. */
export interface DeployedResource {
  readonly type: string;
  readonly physicalId: string;
  readonly attributes: Record<string, string>;
  readonly properties: Record<string, unknown>;
}

/** A record that Amazon Connect lost because it could not encrypt it, or because the stream does not exist. */
export interface LostRecord {
  readonly instance: string;
  readonly dataType: string;
  readonly key?: string;
}

/** The state of an AWS account: plain data that can be copied and compared. */
export class SimulatedAccount {
  public readonly keys: Record<string, Key> = {};
  public readonly aliases: Record<string, string> = {};
  public readonly instances: Record<string, { role: string }> = {};
  public readonly streams: Record<string, { key?: string }> = {};
  public readonly associations: Record<string, { instance: string; dataType: string; stream?: string }> = {};
  /** The resources of the stacks, by node id. */
  public readonly deployed: Record<string, DeployedResource> = {};
  /** The replaced resources that CloudFormation deletes in the cleanup of the update, by node id. */
  public readonly replaced: Record<string, DeployedResource> = {};
  private readonly usedNames: Record<string, number> = {};

  /** A new physical name. It does not depend on the order in which resources with other ids are created. */
  public nameFor(id: string): string {
    this.usedNames[id] = (this.usedNames[id] ?? 0) + 1;
    return `${id.replaceAll('/', '-')}-${this.usedNames[id]}`;
  }

  public copy(): SimulatedAccount {
    return Object.assign(new SimulatedAccount(), structuredClone({ ...this }));
  }

  /** A text that is equal for accounts in which every further simulation has equal results. */
  public fingerprint(): string {
    return JSON.stringify(sorted({ ...this.state(), usedNames: this.usedNames }));
  }

  /** The state without the bookkeeping of physical names, and independent of the order in which entries were added. */
  public state(): Record<string, unknown> {
    const { usedNames, keys, ...state } = this;
    const withSortedGrants = Object.entries(keys).map(([arn, key]) => [
      arn, { ...key, grants: Object.fromEntries(key.grants.map((grant) => [grant.id, grant])) },
    ] as const);
    return sorted({ ...state, keys: Object.fromEntries(withSortedGrants) }) as Record<string, unknown>;
  }

  /** Adds a key that the app does not define. Like default key policies, its policy allows access through IAM policies. */
  public addKey(arn: string): this {
    this.keys[arn] = {
      policy: {
        Version: '2012-10-17',
        Statement: [{ Effect: 'Allow', Principal: { AWS: `arn:aws:iam::${ACCOUNT}:root` }, Action: 'kms:*', Resource: '*' }],
      },
      grants: [],
    };
    return this;
  }

  public addInstance(arn: string, role: string): this {
    this.instances[arn] = { role };
    return this;
  }

  public addStream(arn: string, key?: string): this {
    this.streams[arn] = { key };
    return this;
  }

  /** The key policy and the grants of a key as one policy, because AWS KMS evaluates them together. */
  public permissionsOf(key: string): PolicyDocument {
    const { policy, grants } = this.keys[key];
    const granted = grants.map(({ grantee, operations }) => (
      { Effect: 'Allow', Principal: { AWS: grantee }, Action: operations.map((operation) => `kms:${operation}`), Resource: '*' }));
    return { ...policy, Statement: [...policy.Statement, ...granted] };
  }

  /** Streams a record of each associated data type. Returns the records that Amazon Connect cannot encrypt. */
  public async streamRecords(): Promise<LostRecord[]> {
    const lost: LostRecord[] = [];
    for (const { instance, dataType, stream } of Object.values(this.associations)) {
      if (!stream || !(instance in this.instances)) continue; // a deleted instance has no records
      const keyId = this.streams[stream]?.key;
      const key = keyId && (this.aliases[keyId] ?? keyId);
      const isReceived = stream in this.streams && (!key || key.includes('alias/aws/') || await this.canEncrypt(this.instances[instance].role, key));
      if (!isReceived) lost.push({ instance, dataType, key });
    }
    return lost;
  }

  /** A grant is enough in every account. A key policy is enough in the account of the key only, because the role has no IAM policy for the key. */
  private async canEncrypt(role: string, key: string): Promise<boolean> {
    if (!(key in this.keys)) return false;
    const { policy, grants } = this.keys[key];
    return grants.some(({ grantee, operations }) => grantee === role && operations.includes('GenerateDataKey'))
      || isAllowed({ principal: role, action: 'kms:GenerateDataKey', resource: key, resourcePolicy: policy });
  }
}

/** Copies a value with the properties of its objects in alphabetical order. */
function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(Object.entries(value).sort(([one], [other]) => one < other ? -1 : 1).map(([name, inner]) => [name, sorted(inner)]));
}

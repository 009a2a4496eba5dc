import { isAllowed, type PolicyDocument } from './policy-engine';

export const ACCOUNT = '111122223333';
export const REGION = 'us-east-1';

export interface Grant {
  readonly id: string;
  readonly grantee: string;
  readonly operations: readonly string[];
  readonly name?: string;
}

export interface Key {
  policy: PolicyDocument;
  readonly grants: Grant[];
}

/** A resource that a deployment made. */
export interface Deployed {
  readonly type: string;
  readonly physicalId: string;
  readonly attributes: Record<string, string>;
  readonly properties: Record<string, unknown>;
}

/** A record that Amazon Connect could not encrypt, and so lost. */
export interface Loss {
  readonly after: string;
  readonly instance: string;
  readonly data: string;
  readonly key: string;
}

/** What AWS knows at one moment: plain data, so that it can be copied. */
export class World {
  public readonly keys: Record<string, Key> = {};
  public readonly aliases: Record<string, string> = {};
  public readonly instances: Record<string, { role: string }> = {};
  public readonly streams: Record<string, { key?: string }> = {};
  public readonly associations: Record<string, { instance: string; data: string; stream?: string }> = {};
  /** What the stacks made, by stack and logical id. */
  public readonly deployed: Record<string, Deployed> = {};
  private readonly names: Record<string, number> = {};

  /** A new physical name, the same in whichever order things are made. */
  public nameFor(id: string): string {
    this.names[id] = (this.names[id] ?? 0) + 1;
    return `${id.replaceAll('/', '-')}-${this.names[id]}`;
  }

  public copy(): World {
    return Object.assign(new World(), structuredClone({ ...this }));
  }

  /** Somebody else's key, whose policy leaves access to IAM policies, as default key policies do. */
  public addForeignKey(arn: string): this {
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

  /** The policy of a key with its grants, which KMS evaluates together. */
  public permissionsOf(key: string): PolicyDocument {
    const { policy, grants } = this.keys[key];
    const granted = grants.map(({ grantee, operations }) => (
      { Effect: 'Allow', Principal: { AWS: grantee }, Action: operations.map((operation) => `kms:${operation}`), Resource: '*' }));
    return { ...policy, Statement: [...policy.Statement, ...granted] };
  }

  /** Sends a record of each kind of data that is streamed now. Returns those that are lost. */
  public async sendRecords(after: string): Promise<Loss[]> {
    const losses: Loss[] = [];
    for (const { instance, data, stream } of Object.values(this.associations)) {
      const keyId = stream && this.streams[stream].key;
      if (!keyId || keyId.includes('alias/aws/')) continue;
      const key = this.aliases[keyId] ?? keyId;
      const accepted = key in this.keys && await isAllowed({
        principal: this.instances[instance].role, action: 'kms:GenerateDataKey', resource: key, resourcePolicy: this.permissionsOf(key),
      });
      if (!accepted) losses.push({ after, instance, data, key });
    }
    return losses;
  }
}

import { Lazy, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { CfnKey, IKey } from 'aws-cdk-lib/aws-kms';
import { Construct, type IDependable } from 'constructs';
import { singletonIn } from '../common/construct-tree';
import { format } from '../common/formatting';
import { maxCharacters } from '../common/policy-size';

const SID = 'Allow use of the key for Amazon Connect streaming';

/** @see https://docs.aws.amazon.com/kms/latest/developerguide/resource-limits.html */
const MAX_CHARACTERS = 32_768;

/** The statements for Amazon Connect in the key policies of a stack: one per key, for all service-linked roles. */
export class KeyPolicies extends Construct {
  public static of(stack: Stack): KeyPolicies {
    return singletonIn(stack, 'ConnectKeyPolicyStatements', KeyPolicies);
  }

  private readonly statements = new Map<CfnKey, KeyStatements>();
  private readonly accountStatements = new Set<string>();

  constructor(scope: Construct, id: string) {
    super(scope, id);
    this.node.addValidation({ validate: () => [...this.statements.values()].flatMap((statements) => statements.validateSize()) });
  }

  /** Allows the role to encrypt with the key. */
  public allow(key: IKey, resource: CfnKey, roleArn: string): void {
    const statements = this.statements.get(resource) ?? new KeyStatements(key);
    this.statements.set(resource, statements);
    statements.allow(roleArn);
  }

  /** Allows another account to use the key, as the statement describes. */
  public allowAccount(key: IKey, resource: CfnKey, statement: iam.PolicyStatement): void {
    const id = `${resource.node.addr} ${JSON.stringify(statement.toStatementJson())}`;
    if (this.accountStatements.has(id)) return;

    this.accountStatements.add(id);
    key.addToResourcePolicy(statement);
  }
}

/** The statements for Amazon Connect in a key policy: one, and another one for the roles that are added after a first synthesis. */
class KeyStatements {
  private readonly roleArns = new Set<string>();
  private readonly statements: iam.PolicyStatement[] = [];
  private policy?: IDependable;

  constructor(private readonly key: IKey) {}

  public allow(roleArn: string): void {
    if (this.roleArns.has(roleArn)) return;
    this.roleArns.add(roleArn);

    const last = this.statements.at(-1);
    if (last && !last.frozen) {
      last.addPrincipals(new iam.ArnPrincipal(roleArn));
      return;
    }
    const index = this.statements.length;
    const statement = keyPolicyStatement(roleArn, Lazy.uncachedString({ produce: () => this.unusedSid(index) }));
    this.statements.push(statement);
    this.policy = this.key.addToResourcePolicy(statement).policyDependable;
  }

  public validateSize(): string[] {
    const characters = maxCharacters(this.document);
    return characters <= MAX_CHARACTERS ? [] : [
      `the policy of the key ${format(this.key, this.key.keyArn)} must have at most ${MAX_CHARACTERS.toLocaleString('en-US')} characters, got up to `
      + `${characters.toLocaleString('en-US')} with ${this.roleArns.size} service-linked roles; use several keys, or KeyAccess.GRANT`,
    ];
  }

  /** Returns the documented `Sid`, or a numbered one if another statement has it, because each `Sid` of a policy must be unique. */
  private unusedSid(index: number): string {
    const used = this.document.Statement.map(({ Sid }) => Sid);
    const numbered = Array.from({ length: used.length + 1 }, (_, number) => number === 0 ? SID : `${SID} ${number + 1}`);
    return numbered.filter((sid) => !used.includes(sid))[index];
  }

  private get document(): { readonly Statement: Array<{ readonly Sid?: string }> } {
    return (this.policy as iam.PolicyDocument).toJSON() as KeyStatements['document'];
  }
}

/** @see https://docs.aws.amazon.com/connect/latest/adminguide/data-streaming.html */
export function keyPolicyStatement(roleArn: string, sid = SID): iam.PolicyStatement {
  return new iam.PolicyStatement({
    sid,
    principals: [new iam.ArnPrincipal(roleArn)],
    actions: ['kms:GenerateDataKey'],
    resources: ['*'], // in a key policy, the key that it belongs to
  });
}

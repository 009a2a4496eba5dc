import { Stack, Token } from 'aws-cdk-lib';
import { Construct, type IConstruct } from 'constructs';
import { singletonIn } from './construct-tree';
import { enclosingStacks } from './stacks';

export type EnvironmentPart = 'partition' | 'Region' | 'account';

/** A part of the environment, and what determines it, as messages describe it. */
interface Known {
  readonly value: string;
  readonly source: string;
}

/**
 * The partition, Region and account of a stack. If the stack does not specify them, the first resource with a literal ARN that
 * must be in the same account and Region as the stack determines them.
 */
export class StackEnvironment extends Construct {
  public static of(scope: IConstruct): StackEnvironment {
    return singletonIn(enclosingStacks(Stack.of(scope)).at(-1)!, 'ConnectDataStreamingEnvironment', StackEnvironment);
  }

  private readonly known = new Map<EnvironmentPart, Known>();

  /** The part, which is an unresolved token if nothing determines it. */
  public get(part: EnvironmentPart): Known {
    const { partition, region, account } = Stack.of(this);
    const value = { partition, Region: region, account }[part];
    return (Token.isUnresolved(value) ? this.known.get(part) : undefined) ?? { value, source: 'the stack' };
  }

  /** Remembers that the source is in the stack's partition, Region or account. */
  public determine(part: EnvironmentPart, value: string, source: string): void {
    if (!Token.isUnresolved(value) && !this.known.has(part)) this.known.set(part, { value, source });
  }
}

import { DefaultTokenResolver, Intrinsic, type IPostProcessor, type IResolvable, type IResolveContext, Reference, StringConcat, Token, TokenComparison, Tokenization } from 'aws-cdk-lib';
import { PolicyDocument } from 'aws-cdk-lib/aws-iam';
import type { IConstruct } from 'constructs';

/** The tokens in a value. */
interface Tokens {
  /** The references, at any depth of nested tokens. */
  readonly references: readonly Reference[];
  /** Whether the value contains a lazy value: a token whose value can still change. */
  readonly isLazy: boolean;
}

/** Returns the tokens in a value. Does not evaluate lazy values, because they keep the value that they have when they are first evaluated. */
export function tokensIn(scope: IConstruct, value: unknown): Tokens {
  const collector = new TokenCollector(new StringConcat());
  Tokenization.resolve(value, { scope, resolver: collector, preparing: false });
  return collector;
}

/** Whether two texts are certain to be different. Nothing is certain about unresolved tokens. */
export function isDifferent(one: string, other: string): boolean {
  return one !== other && Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}

class TokenCollector extends DefaultTokenResolver implements Tokens {
  public readonly references: Reference[] = [];
  public isLazy = false;

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (Reference.isReference(token)) {
      this.references.push(token);
      return '';
    }
    if (token instanceof Intrinsic) return super.resolveToken(token, context, postProcessor);
    if (token instanceof PolicyDocument) return context.resolve(token.toJSON()); // to resolve it would freeze it
    this.isLazy = true;
    return '';
  }
}

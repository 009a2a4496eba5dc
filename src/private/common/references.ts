import { DefaultTokenResolver, type IPostProcessor, type IResolvable, type IResolveContext, Reference, StringConcat, Token, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** The references in a value, at any depth of nested tokens. */
export function referencesIn(scope: IConstruct, value: string | IResolvable): Reference[] {
  if (!Token.isUnresolved(value)) return [];

  const collector = new ReferenceCollector(new StringConcat());
  Tokenization.resolve(value, { scope, resolver: collector, preparing: false });
  return collector.references;
}

class ReferenceCollector extends DefaultTokenResolver {
  public readonly references: Reference[] = [];

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    if (Reference.isReference(token)) this.references.push(token);
    return super.resolveToken(token, context, postProcessor);
  }
}

import { Token, TokenComparison } from 'aws-cdk-lib';

/** Whether two texts are surely different: of a token nobody can tell yet. */
export function differ(one: string, other: string): boolean {
  return one !== other && Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}

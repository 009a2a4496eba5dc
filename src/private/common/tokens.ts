import { Token, TokenComparison } from 'aws-cdk-lib';

/** Whether two texts are certain to be different. Nothing is certain about unresolved tokens. */
export function isDifferent(one: string, other: string): boolean {
  return one !== other && Token.compareStrings(one, other) === TokenComparison.DIFFERENT;
}

import type { Stack } from 'aws-cdk-lib';

/** The stack, and the stacks that it is nested in, from the inside out. */
export function enclosingStacks(stack: Stack): Stack[] {
  return stack.nestedStackParent ? [stack, ...enclosingStacks(stack.nestedStackParent)] : [stack];
}

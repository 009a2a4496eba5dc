import type { Stack } from 'aws-cdk-lib';

/** The stack, and the stacks that it is nested in, from the inside out. */
export function enclosingStacks(stack: Stack): Stack[] {
  return stack.nestedStackParent ? [stack, ...enclosingStacks(stack.nestedStackParent)] : [stack];
}

/** The stack that is not nested and contains the stack. */
export function outermostStack(stack: Stack): Stack {
  return enclosingStacks(stack).at(-1)!;
}

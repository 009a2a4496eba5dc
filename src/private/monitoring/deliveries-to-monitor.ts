import { Stack } from 'aws-cdk-lib';
import type { Construct, IConstruct } from 'constructs';
import { addWarning } from '../common/errors';
import { outermostStack } from '../common/stacks';
import type { TableDelivery } from '../common/table-deliveries';
import { isDifferent, tokensIn } from '../common/tokens';

/** Whether the monitoring construct can reference the delivery stream. Otherwise, adds a warning. */
export function canMonitor(monitoring: Construct, delivery: TableDelivery): boolean {
  const { table } = delivery;
  const [stack, other] = [Stack.of(monitoring), Stack.of(table)];
  const obstacle = isDifferent(stack.account, other.account)
    ? 'is in another account'
    : dependsOnStackOf(monitoring, delivery) && 'depends on the stack of this construct';
  if (!obstacle) return true;

  addWarning(monitoring, 'unmonitoredTable', `cannot monitor the delivery stream of ${table.node.path}, because its stack, ${other.node.path}, ${obstacle}`,
    'define this construct in the stack of the table or in a stack of its own, or acknowledge this warning');
  return false;
}

/** Whether the stack of the table references the stack of the monitoring construct, which then cannot reference the delivery stream. */
function dependsOnStackOf(monitoring: Construct, { table, source }: TableDelivery): boolean {
  const stackOf = (construct: IConstruct) => outermostStack(Stack.of(construct));
  const here = stackOf(monitoring);
  const { references } = tokensIn(table, [source.streamArn, source.encryptionKey?.keyArn]);
  return stackOf(table) !== here && references.some(({ target }) => stackOf(target) === here);
}

/** The items to put in order, each with the items that must come before it. */
export type Dependencies = ReadonlyMap<string, ReadonlySet<string>>;

export interface Orders {
  readonly orders: string[][];
  /** Whether `orders` contains every possible order. */
  readonly exhaustive: boolean;
}

/** If the items have more orders than this, only the adversarial orders are used. */
export const MAX_ORDERS = 120;

/**
 * Returns every order that the dependencies allow if there are at most `limit`. Otherwise returns the adversarial orders: for each
 * item, one order in which it comes as early as possible and one in which it comes as late as possible. Each pair of independent
 * items is then in both orders.
 */
export function possibleOrders(dependencies: Dependencies, limit = MAX_ORDERS): Orders {
  const all = allOrders(dependencies, limit + 1);
  if (all.length <= limit) return { orders: all, exhaustive: true };

  const adversarial = [...dependencies.keys()].flatMap((item) => {
    const early = withDependencies(dependencies, item);
    return [
      orderBy(dependencies, (other) => early.has(other) ? 0 : 1),
      orderBy(dependencies, (other) => other === item ? 1 : 0),
    ];
  });
  const distinct = new Map(adversarial.map((order) => [order.join(), order]));
  return { orders: [...distinct.values()], exhaustive: false };
}

function allOrders(dependencies: Dependencies, limit: number): string[][] {
  const found: string[][] = [];
  const visit = (done: string[], left: Set<string>): void => {
    if (found.length >= limit) return;
    if (left.size === 0) {
      found.push(done);
      return;
    }
    for (const item of readyItems(dependencies, left)) visit([...done, item], new Set([...left].filter((other) => other !== item)));
  };
  visit([], new Set(dependencies.keys()));
  return found;
}

/** The order that always continues with the ready item of the lowest rank. */
function orderBy(dependencies: Dependencies, rank: (item: string) => number): string[] {
  const order: string[] = [];
  const left = new Set(dependencies.keys());
  while (left.size > 0) {
    const next = readyItems(dependencies, left).reduce((best, item) => rank(item) < rank(best) ? item : best);
    order.push(next);
    left.delete(next);
  }
  return order;
}

function readyItems(dependencies: Dependencies, left: ReadonlySet<string>): string[] {
  const ready = [...left].filter((item) => ![...dependencies.get(item)!].some((dependency) => left.has(dependency)));
  if (ready.length === 0) throw new Error(`circular dependency between ${[...left].join(', ')}`);
  return ready;
}

const known = new WeakMap<Dependencies, Map<string, ReadonlySet<string>>>();

/** An item with its direct and indirect dependencies. */
export function withDependencies(dependencies: Dependencies, item: string): ReadonlySet<string> {
  const found = known.get(dependencies) ?? new Map<string, ReadonlySet<string>>();
  known.set(dependencies, found);
  const visit = (current: string): ReadonlySet<string> => {
    const before = found.get(current);
    if (before) return before;
    const all = new Set([current]);
    found.set(current, all); // a circular dependency ends here
    for (const dependency of dependencies.get(current)!) visit(dependency).forEach((other) => all.add(other));
    return all;
  };
  return visit(item);
}

/** The direct and indirect dependencies among some of the items. */
export function restrict(dependencies: Dependencies, keep: (item: string) => boolean): Dependencies {
  return new Map([...dependencies.keys()].filter(keep).map((item) => {
    const before = [...withDependencies(dependencies, item)];
    return [item, new Set(before.filter((other) => other !== item && keep(other)))];
  }));
}

/** The dependencies of deletions: an item is deleted after the items that depend on it. */
export function reverse(dependencies: Dependencies): Dependencies {
  const reversed = new Map([...dependencies.keys()].map((item) => [item, new Set<string>()]));
  dependencies.forEach((before, item) => before.forEach((other) => reversed.get(other)!.add(item)));
  return reversed;
}

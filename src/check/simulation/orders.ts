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

/** An item with its direct and indirect dependencies. */
export function withDependencies(dependencies: Dependencies, item: string, found = new Set<string>()): Set<string> {
  if (!found.has(item)) {
    found.add(item);
    dependencies.get(item)!.forEach((dependency) => withDependencies(dependencies, dependency, found));
  }
  return found;
}

/** The direct and indirect dependencies among some of the items. */
export function restrict(dependencies: Dependencies, keep: (item: string) => boolean): Dependencies {
  return new Map([...dependencies.keys()].filter(keep).map((item) => {
    const before = withDependencies(dependencies, item);
    before.delete(item);
    return [item, new Set([...before].filter(keep))];
  }));
}

/** The dependencies of deletions: an item is deleted after the items that depend on it. */
export function reverse(dependencies: Dependencies): Dependencies {
  const items = [...dependencies.keys()];
  return new Map(items.map((item) => [item, new Set(items.filter((other) => dependencies.get(other)!.has(item)))]));
}

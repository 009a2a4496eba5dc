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

  const adversarial = [...dependencies.keys()].flatMap((item) => [
    orderBy(dependencies, (other) => dependsOn(dependencies, item, other) ? 0 : 1),
    orderBy(dependencies, (other) => other === item ? 1 : 0),
  ]);
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

/* eslint-disable no-bitwise -- a number with a bit for each item is smaller and faster than a set */

/** The items with their direct and indirect dependencies. */
class Closures {
  private readonly bits: ReadonlyMap<string, bigint>;
  private readonly closures = new Map<string, bigint>();

  constructor(private readonly dependencies: Dependencies) {
    this.bits = new Map([...dependencies.keys()].map((item, index) => [item, 1n << BigInt(index)]));
  }

  public includes(item: string, other: string): boolean {
    return (this.of(item) & this.bits.get(other)!) !== 0n;
  }

  private of(item: string): bigint {
    const known = this.closures.get(item);
    if (known !== undefined) return known;
    let closure = this.bits.get(item)!;
    this.closures.set(item, closure); // a circular dependency ends here
    for (const dependency of this.dependencies.get(item)!) closure |= this.of(dependency);
    this.closures.set(item, closure);
    return closure;
  }
}

/* eslint-enable no-bitwise */

const closures = new WeakMap<Dependencies, Closures>();

/** Whether an item is another one, or depends on it directly or indirectly. */
export function dependsOn(dependencies: Dependencies, item: string, other: string): boolean {
  const known = closures.get(dependencies) ?? new Closures(dependencies);
  closures.set(dependencies, known);
  return known.includes(item, other);
}

/** The direct and indirect dependencies among some of the items. */
export function restrict(dependencies: Dependencies, keep: (item: string) => boolean): Dependencies {
  const kept = [...dependencies.keys()].filter(keep);
  return new Map(kept.map((item) => [item, new Set(kept.filter((other) => other !== item && dependsOn(dependencies, item, other)))]));
}

/** The dependencies of deletions: an item is deleted after the items that depend on it. */
export function reverse(dependencies: Dependencies): Dependencies {
  const reversed = new Map([...dependencies.keys()].map((item) => [item, new Set<string>()]));
  dependencies.forEach((before, item) => before.forEach((other) => reversed.get(other)!.add(item)));
  return reversed;
}

/** What has to be put in order: each item with those that must come before it. */
export type Needs = ReadonlyMap<string, ReadonlySet<string>>;

export interface Orders {
  readonly orders: string[][];
  /** Whether these are all orders that there are. */
  readonly exhaustive: boolean;
}

const LIMIT = 120;

/**
 * Every order in which CloudFormation could work; where there are too many, the adversarial ones: each of the eager items
 * as early as its needs allow, each of the others as late as they allow.
 */
export function possibleOrders(needs: Needs, eager: (item: string) => boolean, limit = LIMIT): Orders {
  const all = allOrders(needs, limit + 1);
  if (all.length <= limit) return { orders: all, exhaustive: true };

  const items = [...needs.keys()];
  const adversarial = items.flatMap((item) => {
    const early = withNeeds(needs, item);
    return eager(item)
      ? [orderBy(needs, (other) => early.has(other) ? 0 : 1)]
      : [orderBy(needs, (other) => other === item ? 2 : Number(!eager(other)))];
  });
  const distinct = new Map([...adversarial, ...all.slice(0, limit / 4)].map((order) => [order.join(), order]));
  return { orders: [...distinct.values()], exhaustive: false };
}

function allOrders(needs: Needs, limit: number): string[][] {
  const found: string[][] = [];
  const visit = (done: string[], left: Set<string>): void => {
    if (found.length >= limit) return;
    if (left.size === 0) {
      found.push(done);
      return;
    }
    for (const item of left) {
      if (![...needs.get(item)!].some((need) => left.has(need))) visit([...done, item], new Set([...left].filter((other) => other !== item)));
    }
  };
  visit([], new Set(needs.keys()));
  return found;
}

/** The order that always takes the ready item of the lowest rank. */
function orderBy(needs: Needs, rank: (item: string) => number): string[] {
  const order: string[] = [];
  const left = new Set(needs.keys());
  while (left.size > 0) {
    const ready = [...left].filter((item) => ![...needs.get(item)!].some((need) => left.has(need)));
    if (ready.length === 0) throw new Error(`these wait for one another: ${[...left].join(', ')}`);
    const next = ready.reduce((best, item) => rank(item) < rank(best) ? item : best);
    order.push(next);
    left.delete(next);
  }
  return order;
}

export function withNeeds(needs: Needs, item: string, seen = new Set<string>()): Set<string> {
  if (!seen.has(item)) {
    seen.add(item);
    needs.get(item)!.forEach((need) => withNeeds(needs, need, seen));
  }
  return seen;
}

/** The same dependencies between some of the items only. */
export function restrict(needs: Needs, keep: (item: string) => boolean): Needs {
  return new Map([...needs.keys()].filter(keep).map((item) => {
    const before = withNeeds(needs, item);
    before.delete(item);
    return [item, new Set([...before].filter(keep))];
  }));
}

/** What must be deleted before what: the other way round. */
export function reversed(needs: Needs): Needs {
  return new Map([...needs.keys()].map((item) => [item, new Set([...needs.keys()].filter((other) => needs.get(other)!.has(item)))]));
}

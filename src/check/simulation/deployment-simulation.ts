import { type DeploymentGraph, NOTHING, type StackGraph } from './deployment-graph';
import { type Dependencies, possibleOrders, restrict, reverse } from './orders';
import { type OnInvocation, Provisioner } from './provisioner';
import type { LostRecord, SimulatedAccount } from './simulated-account';
import { stateDifferences } from './state-differences';

/** The types whose deployment order can lose a record. Other resources are deployed just before a resource that depends on them. */
const DECISIVE = new Set([
  'AWS::Connect::Instance', 'AWS::Connect::InstanceStorageConfig', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy', 'AWS::IAM::RolePolicy', 'AWS::KMS::Alias', 'AWS::KMS::Key', 'AWS::KMS::ReplicaKey',
  'AWS::Kinesis::Stream',
  'Custom::AWS',
]);

export interface SimulationResult {
  readonly lostRecords: Array<LostRecord & { readonly after: string; readonly order: string }>;
  /** The number of combinations of a deployment order and a cleanup order. */
  readonly combinations: number;
  /** Whether these are all combinations that CloudFormation can choose. */
  readonly exhaustive: boolean;
  /** The account afterwards, which is the same for every combination. */
  readonly account: SimulatedAccount;
}

/** A change of a resource, in one of the orders. */
export interface Step {
  readonly verb: 'deploying' | 'cleaning up';
  readonly id: string;
  readonly order: string;
  /** The account after the change. */
  readonly account: SimulatedAccount;
}

export interface SimulationOptions {
  /** The values of parameters. Without them, these values are unknown. */
  readonly parameters?: Record<string, string>;
  readonly maxOrders?: number;
  readonly onStep?: (step: Step) => void;
  readonly onInvocation?: OnInvocation;
  /** Continues if a resource cannot be deleted, as CloudFormation does after an update. Otherwise this is an error. */
  readonly continueCleanup?: boolean;
  /** Simulates only these resources, whose properties are resolved already. */
  readonly only?: ReadonlyMap<string, Record<string, unknown> | undefined>;
}

interface Order {
  readonly decisive: string[];
  readonly complete: string[];
}

interface Phase {
  readonly verb: Step['verb'];
  readonly orders: Order[];
  readonly exhaustive: boolean;
  readonly apply: (provisioner: Provisioner, id: string) => boolean;
}

/** What CloudFormation does to a stack: it deploys resources, then cleans up the resources that are replaced or removed. */
interface StackOperation {
  readonly graph: DeploymentGraph;
  readonly deployment: Phase;
  readonly cleanup: Phase;
}

const NO_RESOURCES: StackGraph = { name: '', nodes: new Map() };

/**
 * Simulates creations, updates and deletions of stacks in every order that CloudFormation can choose, and streams records after
 * each step. Throws an error if two orders end in different states.
 */
export class DeploymentSimulation {
  constructor(private readonly options: SimulationOptions) {}

  public create(account: SimulatedAccount, graph: DeploymentGraph): SimulationResult {
    return this.update(account, NOTHING, graph);
  }

  public update(account: SimulatedAccount, from: DeploymentGraph, to: DeploymentGraph): SimulationResult {
    return this.simulate(account, to.stacks.map((stack) => {
      const before = from.stacks.find(({ name }) => name === stack.name) ?? NO_RESOURCES;
      return { graph: to, deployment: this.deployment(stack), cleanup: this.cleanup(before, stack) };
    }));
  }

  public delete(account: SimulatedAccount, graph: DeploymentGraph): SimulationResult {
    return this.simulate(account, [...graph.stacks].reverse().map((stack) => (
      { graph, deployment: this.deployment(NO_RESOURCES), cleanup: this.cleanup(stack) })));
  }

  private deployment(stack: StackGraph): Phase {
    const { only } = this.options;
    return {
      verb: 'deploying',
      ...this.ordersOf(stack, dependenciesIn(stack)),
      apply: (provisioner, id) => provisioner.deploy(stack.nodes.get(id)!, only?.get(id)),
    };
  }

  private cleanup(stack: StackGraph, next?: StackGraph): Phase {
    return {
      verb: 'cleaning up',
      ...this.ordersOf(stack, reverse(dependenciesIn(stack))),
      apply: (provisioner, id) => {
        try {
          return provisioner.cleanUp(stack.nodes.get(id)!, next?.nodes.get(id));
        } catch (error) {
          if (this.options.continueCleanup) return false;
          throw error;
        }
      },
    };
  }

  private simulate(account: SimulatedAccount, operations: StackOperation[]): SimulationResult {
    const lostRecords: SimulationResult['lostRecords'] = [];
    let current = account;
    for (const operation of operations) current = this.simulateStack(current, operation, lostRecords);
    return {
      lostRecords,
      combinations: operations.reduce((sum, { deployment, cleanup }) => sum + deployment.orders.length * cleanup.orders.length, 0),
      exhaustive: operations.every(({ deployment, cleanup }) => deployment.exhaustive && cleanup.exhaustive),
      account: current,
    };
  }

  /** Simulates every cleanup order after every deployment order. */
  private simulateStack(start: SimulatedAccount, { graph, deployment, cleanup }: StackOperation, lostRecords: SimulationResult['lostRecords']): SimulatedAccount {
    const run = (from: SimulatedAccount, { verb, apply }: Phase, ids: string[], order: string): SimulatedAccount => {
      const account = from.copy();
      const provisioner = new Provisioner(account, graph, this.options.parameters, this.options.onInvocation);
      for (const id of ids) {
        if (!apply(provisioner, id)) continue;
        this.options.onStep?.({ verb, id, order, account });
        lostRecords.push(...account.streamRecords().map((record) => ({ ...record, after: `${verb} ${id}`, order })));
      }
      return account;
    };

    const ends: Array<{ order: string; account: SimulatedAccount }> = [];
    const fingerprints = new Set<string>();
    for (const { decisive, complete } of deployment.orders) {
      const deploying = `deploying [${decisive.join(', ')}]`;
      const deployed = run(start, deployment, complete, deploying);
      // The cleanup depends on the account alone, so after an equal account it has the same results.
      const fingerprint = deployment.orders.length > 1 ? deployed.fingerprint() : '';
      if (fingerprints.has(fingerprint)) continue;
      fingerprints.add(fingerprint);

      for (const order of cleanup.orders) {
        const end = `${deploying}, cleaning up [${order.decisive.join(', ')}]`;
        ends.push({ order: end, account: run(deployed, cleanup, order.complete, end) });
        if (ends.length > 1) expectEqualStates(ends[0], ends[ends.length - 1]);
      }
    }
    return ends[0].account;
  }

  private ordersOf(stack: StackGraph, dependencies: Dependencies): { orders: Order[]; exhaustive: boolean } {
    const { only, maxOrders } = this.options;
    const isDecisive = (id: string): boolean => only ? only.has(id) : DECISIVE.has(stack.nodes.get(id)!.resource.Type);
    const { orders, exhaustive } = possibleOrders(restrict(dependencies, isDecisive), maxOrders);
    return { orders: orders.map((decisive) => ({ decisive, complete: only ? decisive : completed(decisive, dependencies) })), exhaustive };
  }
}

const known = new WeakMap<StackGraph, Dependencies>();

/** The dependencies for a deployment. A cleanup has them in the other direction. */
export function dependenciesIn(stack: StackGraph): Dependencies {
  const dependencies = known.get(stack) ?? new Map([...stack.nodes.values()].map(({ id, dependencies: before }) => [id, before]));
  known.set(stack, dependencies);
  return dependencies;
}

/** Adds the other items to an order, each just before the first item that depends on it. */
function completed(order: string[], dependencies: Dependencies): string[] {
  const done = new Set<string>();
  const visit = (id: string): void => {
    if (done.has(id)) return;
    dependencies.get(id)!.forEach(visit);
    done.add(id);
  };
  [...order, ...dependencies.keys()].forEach(visit);
  return [...done];
}

function expectEqualStates(one: { order: string; account: SimulatedAccount }, other: { order: string; account: SimulatedAccount }): void {
  const differences = stateDifferences(one.account.state(), other.account.state());
  if (differences.length === 0) return;
  throw new Error(['Two orders end in different states:', `1. ${one.order}`, `2. ${other.order}`, 'Differences (1 / 2):', ...differences].join('\n'));
}

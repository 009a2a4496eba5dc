import { App } from 'aws-cdk-lib';
import { ASSET_RESOURCE_METADATA_ENABLED_CONTEXT, type CloudAssembly } from 'aws-cdk-lib/cx-api';
import { type AppGraph, graphOf, type StackGraph } from './app-graph';
import type { ConnectAndKmsServer } from './connect-and-kms-server';
import { type Dependencies, possibleOrders, restrict, reverse } from './orders';
import { Provisioner } from './provisioner';
import type { LostRecord, SimulatedAccount } from './simulated-account';
import { stateDifferences } from './state-differences';

/** The types whose deployment order can lose a record. Other resources are deployed just before a resource that depends on them. */
const DECISIVE = new Set([
  'AWS::Connect::Instance', 'AWS::Connect::InstanceStorageConfig', 'AWS::IAM::ManagedPolicy', 'AWS::IAM::Policy', 'AWS::KMS::Alias', 'AWS::KMS::Key', 'AWS::Kinesis::Stream',
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

interface Order {
  readonly decisive: string[];
  readonly complete: string[];
}

interface Phase {
  readonly orders: Order[];
  readonly exhaustive: boolean;
  readonly apply: (provisioner: Provisioner, id: string) => Promise<boolean>;
}

/** What CloudFormation does to a stack: it deploys resources, then cleans up the resources that are replaced or removed. */
interface StackOperation {
  readonly app: AppGraph;
  readonly deployment: Phase;
  readonly cleanup: Phase;
}

const NO_PHASE: Phase = { orders: [{ decisive: [], complete: [] }], exhaustive: true, apply: async () => false };

/** Synthesizes an app, or a part of its cloud assembly, for a simulation. */
export function appGraph(build: (app: App) => void, part = (assembly: CloudAssembly) => assembly, context: Record<string, string> = {}): AppGraph {
  const app = new App({ context: { ...context, [ASSET_RESOURCE_METADATA_ENABLED_CONTEXT]: true } }); // adds the file names of nested stacks
  build(app);
  return graphOf(part(app.synth()));
}

/**
 * Simulates creations, updates and deletions of an app in every order that CloudFormation can choose, and streams records after
 * each step. Throws an error if two orders end in different states.
 */
export class DeploymentSimulation {
  constructor(
    private readonly server: ConnectAndKmsServer,
    private readonly parameters: Record<string, string> = {},
    private readonly maxOrders?: number,
  ) {}

  public async create(account: SimulatedAccount, app: AppGraph): Promise<SimulationResult> {
    return this.update(account, { stacks: [], scopes: new Map() }, app);
  }

  public async update(account: SimulatedAccount, from: AppGraph, to: AppGraph): Promise<SimulationResult> {
    return this.simulate(account, to.stacks.map((stack) => {
      const before = from.stacks.find(({ name }) => name === stack.name);
      return {
        app: to,
        deployment: {
          ...this.ordersOf(stack, dependenciesIn(stack)),
          apply: (provisioner, id) => provisioner.deploy(stack.nodes.get(id)!),
        },
        cleanup: before ? this.cleanup(before, (id) => stack.nodes.has(id)) : NO_PHASE,
      };
    }));
  }

  public async delete(account: SimulatedAccount, app: AppGraph): Promise<SimulationResult> {
    return this.simulate(account, [...app.stacks].reverse().map((stack) => (
      { app, deployment: NO_PHASE, cleanup: this.cleanup(stack, () => false) })));
  }

  private cleanup(stack: StackGraph, isKept: (id: string) => boolean): Phase {
    return {
      ...this.ordersOf(stack, reverse(dependenciesIn(stack))),
      apply: (provisioner, id) => provisioner.cleanUp(stack.nodes.get(id)!, isKept(id)),
    };
  }

  private async simulate(account: SimulatedAccount, operations: StackOperation[]): Promise<SimulationResult> {
    const lostRecords: SimulationResult['lostRecords'] = [];
    let current = account;
    for (const operation of operations) current = await this.simulateStack(current, operation, lostRecords);
    return {
      lostRecords,
      combinations: operations.reduce((sum, { deployment, cleanup }) => sum + deployment.orders.length * cleanup.orders.length, 0),
      exhaustive: operations.every(({ deployment, cleanup }) => deployment.exhaustive && cleanup.exhaustive),
      account: current,
    };
  }

  /** Simulates every cleanup order after every deployment order. */
  private async simulateStack(
    start: SimulatedAccount, { app, deployment, cleanup }: StackOperation, lostRecords: SimulationResult['lostRecords'],
  ): Promise<SimulatedAccount> {
    const run = async (from: SimulatedAccount, { apply }: Phase, ids: string[], verb: string, order: string): Promise<SimulatedAccount> => {
      const account = from.copy();
      const provisioner = new Provisioner(this.server, account, app, this.parameters);
      for (const id of ids) {
        const changed = await apply(provisioner, id);
        if (changed) lostRecords.push(...(await account.streamRecords()).map((record) => ({ ...record, after: `${verb} ${id}`, order })));
      }
      return account;
    };

    const ends: Array<{ order: string; account: SimulatedAccount }> = [];
    const fingerprints = new Set<string>();
    for (const { decisive, complete } of deployment.orders) {
      const deploying = `deploying [${decisive.join(', ')}]`;
      const deployed = await run(start, deployment, complete, 'deploying', deploying);
      // The cleanup depends on the account alone, so after an equal account it has the same results.
      const fingerprint = deployed.fingerprint();
      if (fingerprints.has(fingerprint)) continue;
      fingerprints.add(fingerprint);

      for (const order of cleanup.orders) {
        const end = { order: `${deploying}, cleaning up [${order.decisive.join(', ')}]` };
        ends.push({ ...end, account: await run(deployed, cleanup, order.complete, 'cleaning up', end.order) });
        expectEqualStates(ends[0], ends.at(-1)!);
      }
    }
    return ends[0].account;
  }

  private ordersOf(stack: StackGraph, dependencies: Dependencies): { orders: Order[]; exhaustive: boolean } {
    const isDecisive = (id: string): boolean => DECISIVE.has(stack.nodes.get(id)!.resource.Type);
    const { orders, exhaustive } = possibleOrders(restrict(dependencies, isDecisive), this.maxOrders);
    return { orders: orders.map((decisive) => ({ decisive, complete: completed(decisive, dependencies) })), exhaustive };
  }
}

function dependenciesIn(stack: StackGraph): Dependencies {
  return new Map([...stack.nodes.values()].map(({ id, dependencies }) => [id, dependencies]));
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

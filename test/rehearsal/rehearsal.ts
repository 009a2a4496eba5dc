import { App } from 'aws-cdk-lib';
import { ASSET_RESOURCE_METADATA_ENABLED_CONTEXT, type CloudAssembly } from 'aws-cdk-lib/cx-api';
import { type AppGraph, graphOf, type Node, type StackGraph } from './app-graph';
import type { FakeAws } from './fake-aws';
import { type Needs, possibleOrders, restrict, reversed } from './orders';
import { Provisioner } from './provisioner';
import type { Loss, World } from './world';

/** The resources whose order can lose a record; the others come just before what needs them. */
const DECISIVE = new Set([
  'AWS::Connect::Instance', 'AWS::Connect::InstanceStorageConfig', 'AWS::IAM::Policy', 'AWS::KMS::Alias', 'AWS::KMS::Key', 'AWS::Kinesis::Stream',
  'Custom::AWS',
]);

export interface Outcome {
  readonly losses: Loss[];
  readonly played: number;
  readonly exhaustive: boolean;
  /** The world at the end, which is the same for each order. */
  readonly world: World;
}

/** Synthesises an app that is to be rehearsed, or a part of it. */
export function appGraph(build: (app: App) => void, part = (assembly: CloudAssembly) => assembly): AppGraph {
  const app = new App({ context: { [ASSET_RESOURCE_METADATA_ENABLED_CONTEXT]: true } }); // names the files of nested stacks
  build(app);
  return graphOf(part(app.synth()));
}

/** Plays the deployment of an app over what is deployed already, or its deletion, in every order that CloudFormation could choose. */
export class Rehearsal {
  constructor(
    private readonly aws: FakeAws,
    private readonly parameters: Record<string, string> = {},
    /** How many orders of a stack are played before only the adversarial ones are. */
    private readonly limit?: number,
  ) {}

  public async create(world: World, app: AppGraph): Promise<Outcome> {
    return this.update(world, { stacks: [], scopes: new Map() }, app);
  }

  public async update(world: World, from: AppGraph, to: AppGraph): Promise<Outcome> {
    const total = { losses: [] as Loss[], played: 0, exhaustive: true };
    let now = world;
    for (const stack of to.stacks) {
      const before = from.stacks.find(({ name }) => name === stack.name);
      const forward = ordersOf(needsOf(stack), stack, this.limit);
      const cleanup = before ? ordersOf(reversed(needsOf(before)), before, this.limit) : { orders: [[]], exhaustive: true };
      now = await this.playAll(total, now, to, Math.max(forward.orders.length, cleanup.orders.length), async (provisioner, index, check) => {
        for (const id of forward.orders[index % forward.orders.length]) await check(`deploying ${id}`, provisioner.deploy(stack.nodes.get(id)!));
        for (const id of cleanup.orders[index % cleanup.orders.length]) await check(`cleaning up ${id}`, provisioner.cleanUp(before!.nodes.get(id)!, stack.nodes.has(id)));
      });
      total.exhaustive &&= forward.exhaustive && cleanup.exhaustive;
    }
    return { ...total, world: now };
  }

  public async delete(world: World, app: AppGraph): Promise<Outcome> {
    const total = { losses: [] as Loss[], played: 0, exhaustive: true };
    let now = world;
    for (const stack of [...app.stacks].reverse()) {
      const { orders, exhaustive } = ordersOf(reversed(needsOf(stack)), stack, this.limit);
      now = await this.playAll(total, now, app, orders.length, async (provisioner, index, check) => {
        for (const id of orders[index]) await check(`deleting ${id}`, provisioner.cleanUp(stack.nodes.get(id)!, false));
      });
      total.exhaustive &&= exhaustive;
    }
    return { ...total, world: now };
  }

  private async playAll(
    total: { losses: Loss[]; played: number },
    start: World,
    app: AppGraph,
    count: number,
    play: (provisioner: Provisioner, index: number, check: (step: string, done: Promise<boolean>) => Promise<void>) => Promise<void>,
  ): Promise<World> {
    let world = start;
    for (let index = 0; index < count; index++) {
      world = start.copy();
      const played = world;
      await play(new Provisioner(this.aws, played, app, this.parameters), index, async (step, done) => {
        if (await done) total.losses.push(...await played.sendRecords(step));
      });
      total.played++;
    }
    return world;
  }
}

function needsOf(stack: StackGraph): Needs {
  return new Map([...stack.nodes.values()].map(({ id, needs }) => [id, needs]));
}

/** All decisive orders, with the other resources filled in just before they are needed. */
function ordersOf(needs: Needs, stack: StackGraph, limit?: number): { orders: string[][]; exhaustive: boolean } {
  const node = (id: string): Node => stack.nodes.get(id)!;
  const decisive = possibleOrders(
    restrict(needs, (id) => DECISIVE.has(node(id).resource.Type)),
    (id) => node(id).resource.Type === 'AWS::Connect::InstanceStorageConfig',
    limit,
  );
  const complete = (order: string[]): string[] => {
    const done = new Set<string>();
    const visit = (id: string): void => {
      if (done.has(id)) return;
      needs.get(id)!.forEach(visit);
      done.add(id);
    };
    [...order, ...needs.keys()].forEach(visit);
    return [...done];
  };
  return { orders: decisive.orders.map(complete), exhaustive: decisive.exhaustive };
}

import { App } from 'aws-cdk-lib';
import { ASSET_RESOURCE_METADATA_ENABLED_CONTEXT, type CloudAssembly } from 'aws-cdk-lib/cx-api';
import type { ConnectAndKmsServer } from './connect-and-kms-server';
import { invokeHandler } from './custom-resource-handler';
import * as policyEngine from './policy-engine';
import * as access from '../../src/check/simulation/access';
import { deploymentGraph, type DeploymentGraph } from '../../src/check/simulation/deployment-graph';
import { DeploymentSimulation, type SimulationResult } from '../../src/check/simulation/deployment-simulation';
import type { Invocation } from '../../src/check/simulation/provisioner';
import type { SimulatedAccount } from '../../src/check/simulation/simulated-account';
import { stateDifferences } from '../../src/check/simulation/state-differences';
import { stacksIn } from '../../src/template/cloud-assembly';
import { ACCOUNT, REGION } from '../support';

/** Synthesizes an app, or a part of its cloud assembly, for a simulation. */
export function appGraph(
  build: (app: App) => void, part = (assembly: CloudAssembly) => assembly, context: Record<string, string> = {},
): DeploymentGraph {
  const app = new App({ context: { ...context, [ASSET_RESOURCE_METADATA_ENABLED_CONTEXT]: true } }); // adds the file names of nested stacks
  build(app);
  return graphOf(part(app.synth()));
}

export function graphOf(assembly: CloudAssembly): DeploymentGraph {
  const stacks = stacksIn(assembly.directory);
  return deploymentGraph(stacks.map((stack) => ({ ...stack, account: stack.account ?? ACCOUNT, region: stack.region ?? REGION })));
}

/**
 * The deployment simulation, whose assumptions are compared with the real parts: the handler of `AwsCustomResource` with the AWS SDK,
 * and the IAM policy engine.
 */
export class ComparedSimulation {
  constructor(
    private readonly server: ConnectAndKmsServer,
    private readonly parameters: Record<string, string> = {},
    private readonly maxOrders?: number,
  ) {}

  public async create(account: SimulatedAccount, app: DeploymentGraph): Promise<SimulationResult> {
    return this.compared((simulation) => simulation.create(account, app));
  }

  public async update(account: SimulatedAccount, from: DeploymentGraph, to: DeploymentGraph): Promise<SimulationResult> {
    return this.compared((simulation) => simulation.update(account, from, to));
  }

  public async delete(account: SimulatedAccount, app: DeploymentGraph): Promise<SimulationResult> {
    return this.compared((simulation) => simulation.delete(account, app));
  }

  private async compared(simulate: (simulation: DeploymentSimulation) => SimulationResult): Promise<SimulationResult> {
    const invocations = new Map<string, Invocation>();
    const onInvocation = (invocation: Invocation) => {
      const { node, event, caller, before } = invocation;
      const key = JSON.stringify([node.id, event, caller, before.keys, before.instances]);
      if (!invocations.has(key)) invocations.set(key, invocation);
    };
    const simulation = new DeploymentSimulation({ parameters: this.parameters, maxOrders: this.maxOrders, onInvocation });
    const decisions = new Map<string, { request: access.AccessRequest; decision: access.Decision }>();
    const { isAllowed } = access;
    const decide = jest.spyOn(access, 'isAllowed').mockImplementation((request) => {
      const key = JSON.stringify(request);
      const known = decisions.get(key) ?? { request, decision: isAllowed(request) };
      decisions.set(key, known);
      return known.decision;
    });
    try {
      return simulate(simulation);
    } finally {
      decide.mockRestore();
      for (const invocation of invocations.values()) await this.compareWithHandler(invocation);
      for (const { request, decision } of decisions.values()) expect([request, decision]).toEqual([request, await policyEngine.isAllowed(request)]);
    }
  }

  private async compareWithHandler({ node, event, caller, before, after, response }: Invocation): Promise<void> {
    const account = before.copy();
    Object.assign(this.server, { account, caller });
    const { Status, Reason, PhysicalResourceId, Data } = await invokeHandler({ ...event, ResourceType: 'Custom::AWS' }, this.server.endpoint, caller.region);
    if (Status === 'FAILED') {
      if (response.Status !== 'FAILED') throw new Error(`${event.RequestType} of ${node.id} failed: ${Reason}`);
      return;
    }
    const { apiVersion: _, region: __, ...data } = Data as Record<string, unknown>;
    const { Reason: ___, ...expected } = response;
    expect({ Status, PhysicalResourceId, Data: data }).toEqual(expected);
    expect(stateDifferences(account.state(), after.state())).toEqual([]);
  }
}

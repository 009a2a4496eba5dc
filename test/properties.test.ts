/**
 * Random apps either fail with a documented error, or their templates keep what the documentation promises.
 */
import * as fc from 'fast-check';
import { accountFor, CHANGED_INSTANCE, parametersOf } from './properties/existing-resources';
import { buildRandomApp, buildSecondVersion, type BuiltApp } from './properties/random-app';
import { randomApp } from './properties/random-spec';
import { ConnectAndKmsServer } from './simulation/connect-and-kms-server';
import { ComparedSimulation, graphOf } from './simulation/simulation';
import { deploymentSteps } from './template/deployment-steps';
import { renderString, singleQuoted } from './template/render';
import { checkGraphs } from '../src/check/check';
import type { Finding } from '../src/check/finding';
import type { DeploymentGraph, Node } from '../src/check/simulation/deployment-graph';
import { dependsOn } from '../src/check/simulation/orders';
import type { Association, DeployedResource, LostRecord, SimulatedAccount } from '../src/check/simulation/simulated-account';
import { replaceIntrinsics } from '../src/template/intrinsics';

/** For other apps, run `SEED=random APPS=5000 npx jest --coverage=false properties`. To repeat a failure, set `SEED` to the seed that it prints. */
const APPS = Number(process.env.APPS ?? 1000);
/** The apps are the same in each run by default, so that a change fails because of what it changes. */
const { SEED = '1747667023' } = process.env;

/** The documented errors that a random app can cause. */
const DOCUMENTED = [
  /: at least one of contactRecords, .* must be specified, got none; /,
  /: cannot stream [a-z ]+: \S+ already streams them from this Amazon Connect instance/,
  /: the KMS key must be a key or an alias with a known target key, got the imported alias /,
  / must be sent to a Kinesis data stream, got a Firehose delivery stream; /,
  /: encryption of a delivery stream must use a customer managed key, got the AWS managed key /,
  /: KeyAccess.KEY_POLICY cannot add a statement to the policy of the key .*: this app does not define the key; use KeyAccess.GRANT/,
  /: KeyAccess.KEY_POLICY cannot add a statement to the policy of the key .*: it is in another account/,
  /: KeyAccess.KEY_POLICY cannot add a statement to the policy of the key .*: the stack of the key, \S+, cannot reference the instance in /,
];

let server: ConnectAndKmsServer;
beforeAll(async () => { server = await ConnectAndKmsServer.start(); });
afterAll(() => server.stop());

test(`${APPS} random apps deploy and update without lost records, or fail with a documented error`, async () => {
  const seen = { synthesized: 0, rejected: 0, associations: 0, statements: 0, grants: 0, lookups: 0, nested: 0, updated: 0 };
  await fc.assert(fc.asyncProperty(randomApp, async (spec) => {
    const built = buildIfValid(() => buildRandomApp(spec));
    if (!built) {
      seen.rejected++;
      return;
    }
    const graph = synthesize(built);
    seen.synthesized++;

    const simulation = new ComparedSimulation(server, parametersOf(spec, false), 4);
    const { lostRecords, account } = await simulation.create(accountFor(spec), graph);
    expect(withoutExternal(lostRecords, account, built)).toEqual([]);
    expect(lossesIn(built, account, checkGraphs(graph))).toEqual([]);

    const deployed = Object.entries(account.deployed);
    expectAssociations(account, built);
    expectUniqueSids(deployed);
    expectNoPolicyOnServiceRole(deployed);
    expectSequentialAssociations(graph, deployed);
    expectNoRepeatedCall(deployed, seen);
    seen.associations += Object.keys(account.associations).length;
    seen.nested += [...graph.scopes.values()].some(({ parent }) => parent) ? 1 : 0;

    const second = buildIfValid(() => buildSecondVersion(spec));
    if (!second) return;
    const secondGraph = synthesize(second);
    const { replacesStreams, changesKeys, renamesGrants } = spec.secondVersion;
    if (!replacesStreams && !changesKeys && !renamesGrants) expectOtherResourcesUnchanged({ graph, ...built }, { graph: secondGraph, ...second });
    const secondSimulation = new ComparedSimulation(server, parametersOf(spec, true), 4);
    const updated = await secondSimulation.update(account, graph, secondGraph);
    const remaining = (record: LostRecord) => isStreamed(record, account) && isStreamed(record, updated.account);
    expect(withoutExternal(updated.lostRecords, updated.account, second).filter(remaining)).toEqual([]);
    expect(lossesIn(second, updated.account, checkGraphs(secondGraph, graph).filter(({ rule }) => rule === 'loss-during-update'))).toEqual([]);
    const created = await secondSimulation.create(accountFor(spec), secondGraph);
    expectAssociations(updated.account, second);
    expect(grantsIn(updated.account)).toEqual(grantsIn(created.account));
    seen.updated++;
  }), { numRuns: APPS, seed: SEED === 'random' ? undefined : Number(SEED) });

  // Enough apps are valid, and enough apps use each way to grant access.
  expect(seen.synthesized).toBeGreaterThan(APPS / 4);
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(APPS / 20);
}, APPS * 3_000);

/** Returns undefined if the app fails with a documented error. */
function buildIfValid(build: () => BuiltApp): BuiltApp | undefined {
  try {
    return build();
  } catch (error) {
    expect(DOCUMENTED.some((message) => message.test((error as Error).message)) ? undefined : error).toBeUndefined();
    return undefined;
  }
}

function synthesize({ app, stage }: BuiltApp): DeploymentGraph {
  const assembly = app.synth();
  const graph = graphOf(stage ? assembly.getNestedAssembly(stage.artifactId) : assembly);
  for (const { template } of graph.scopes.values()) expect(() => deploymentSteps(template)).not.toThrow();
  return graph;
}

/** The losses that the check of templates finds, except those of associations for which the key owner manages access. */
function lossesIn(built: BuiltApp, account: SimulatedAccount, findings: Finding[]): Finding[] {
  const instances = externalAssociations(built, account).map(({ instance }) => instance);
  // The check cannot tell which of the instances that it names has no access.
  const namesExternal = (message: string) => /would lose records of \d+ of the instances/.test(message) && instances.some((instance) => message.includes(instance));
  return findings.filter(({ severity, logicalId, message }) => severity === 'error'
    && !built.external.some((id) => id.endsWith(`/${logicalId}`)) && !namesExternal(message));
}

/** The lost records, except those of associations for which the key owner manages access. */
function withoutExternal(lostRecords: readonly LostRecord[], account: SimulatedAccount, built: BuiltApp): LostRecord[] {
  const associations = externalAssociations(built, account);
  return lostRecords.filter(({ instance, dataType }) => !associations.some((other) => other.instance === instance && other.dataType === dataType));
}

function externalAssociations({ external }: BuiltApp, account: SimulatedAccount): Association[] {
  return external.map((id) => account.associations[account.deployed[id].physicalId]);
}

function isStreamed({ instance, dataType }: LostRecord, { associations }: SimulatedAccount): boolean {
  return Object.values(associations).some((other) => other.instance === instance && other.dataType === dataType);
}

/** The grants of all keys, each as its key and its grantee. The role of an instance that replaced another one has a higher number. */
function grantsIn({ keys }: SimulatedAccount): string[] {
  return Object.entries(keys).flatMap(([arn, { grants }]) => grants.map(({ grantee }) => `${arn} ${grantee.replace(/-\d+$/, '')}`)).sort();
}

/** The app streams each data type of the right instance, with a new instance as its alias. */
function expectAssociations({ associations, deployed }: SimulatedAccount, built: BuiltApp): void {
  const aliases = Object.fromEntries(Object.values(deployed)
    .filter(({ type }) => type === 'AWS::Connect::Instance')
    .map(({ physicalId, properties }) => [physicalId, properties.InstanceAlias as string]));
  const actual = Object.values(associations).map(({ instance, dataType }) => `${dataType} of ${aliases[instance] ?? instance}`);
  expect(actual.sort()).toEqual([...built.associations].sort());
}

/** To add, remove or change an instance changes no resource of another instance, except what it depends on. */
function expectOtherResourcesUnchanged(before: BuiltApp & { graph: DeploymentGraph }, after: BuiltApp & { graph: DeploymentGraph }): void {
  for (const [index, ids] of after.unchanged) {
    if (before.unchanged.has(index)) expect(resourcesIn(after.graph, ids)).toEqual(resourcesIn(before.graph, before.unchanged.get(index)!));
  }
  // Lookups and grants have ids that are derived from the instance, or from the construct that has a lazy value.
  const shared = ({ graph }: { graph: DeploymentGraph }) => nodesIn(graph)
    .filter(({ resource }) => resource.Type === 'Custom::AWS' && !JSON.stringify(resource).includes(CHANGED_INSTANCE))
    .map(({ id }) => id);
  const common = shared(after).filter((id) => shared(before).includes(id));
  expect(resourcesIn(after.graph, common)).toEqual(resourcesIn(before.graph, common));
}

function nodesIn({ stacks }: DeploymentGraph): Node[] {
  return stacks.flatMap(({ nodes }) => [...nodes.values()]);
}

/** The resources by their ids, without their dependencies. An app can specify the ARN of an instance, or its id, which results in the same ARN. */
function resourcesIn(graph: DeploymentGraph, ids: string[]): Record<string, unknown> {
  return Object.fromEntries(nodesIn(graph).filter(({ id }) => ids.includes(id)).map(({ id, resource }) => [
    id,
    replaceIntrinsics({ ...resource, DependsOn: [] }, (_, intrinsic) => renderString(intrinsic, (other, reference) => (
      reference?.logicalId === 'AWS::Partition' ? 'aws' : singleQuoted(other)))),
  ]));
}

function expectUniqueSids(deployed: Array<[string, DeployedResource]>): void {
  for (const [, { type, properties }] of deployed) {
    if (type !== 'AWS::KMS::Key') continue;
    const sids = (properties.KeyPolicy as { Statement: Array<{ Sid?: string }> }).Statement.map(({ Sid }) => Sid).filter((sid) => sid !== undefined);
    expect(new Set(sids).size).toBe(sids.length);
  }
}

function expectNoPolicyOnServiceRole(deployed: Array<[string, DeployedResource]>): void {
  for (const [, { type, properties }] of deployed) {
    if (['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].includes(type)) expect(JSON.stringify(properties.Roles)).not.toContain('AWSServiceRoleForAmazonConnect');
  }
}

function expectSequentialAssociations(graph: DeploymentGraph, deployed: Array<[string, DeployedResource]>): void {
  const associations = deployed.filter(([, { type }]) => type === 'AWS::Connect::InstanceStorageConfig');
  for (const { nodes } of graph.stacks) {
    const dependencies = new Map([...nodes].map(([id, node]) => [id, node.dependencies]));
    const here = associations.filter(([id]) => nodes.has(id));
    for (const [one, { properties: first }] of here) {
      for (const [other, { properties: second }] of here) {
        if (one === other || first.InstanceArn !== second.InstanceArn) continue;
        expect(dependsOn(dependencies, one, other) || dependsOn(dependencies, other, one)).toBe(true);
      }
    }
  }
}

function expectNoRepeatedCall(deployed: Array<[string, DeployedResource]>, seen: { statements: number; grants: number; lookups: number }): void {
  const calls = deployed.filter(([, { type }]) => type === 'Custom::AWS').map(([id, { properties }]) => {
    const { action, parameters } = JSON.parse(properties.Create as string) as { action: string; parameters: Record<string, unknown> };
    return { action, call: JSON.stringify([id.slice(0, id.lastIndexOf('/')), action, { ...parameters, Name: undefined }]) };
  });
  expect(new Set(calls.map(({ call }) => call)).size).toBe(calls.length);

  seen.lookups += calls.filter(({ action }) => action === 'DescribeInstance').length;
  seen.grants += calls.filter(({ action }) => action === 'CreateGrant').length;
  seen.statements += deployed.filter(([, { type, properties }]) => type === 'AWS::KMS::Key' && JSON.stringify(properties).includes('Amazon Connect streaming')).length;
}

/**
 * Random apps either fail with a documented error, or their templates keep what the documentation promises.
 */
import { App } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { accountFor, buildRandomApp, PARAMETERS, randomApp } from './properties/random-app';
import { type AppGraph, graphOf } from './simulation/app-graph';
import { ConnectAndKmsServer } from './simulation/connect-and-kms-server';
import { DeploymentSimulation } from './simulation/deployment-simulation';
import { withDependencies } from './simulation/orders';
import type { DeployedResource } from './simulation/simulated-account';
import { deploymentSteps } from './template/template';

/** For more apps, run `APPS=5000 npx jest --coverage=false properties`. To repeat a failure, set `SEED` to the seed that it prints. */
const APPS = Number(process.env.APPS ?? 1000);

/** The documented errors that a random app can cause. */
const DOCUMENTED = [
  /: at least one of contactRecords, .* must be specified, got none; /,
  /: cannot stream [a-z ]+: \S+ already streams them from this Amazon Connect instance/,
  /: the KMS key must be a key or an alias with a known target key, got the imported alias /,
  / must be sent to a Kinesis data stream, got a Firehose delivery stream; /,
  /: encryption of a delivery stream must use a customer managed key, got the AWS managed key /,
  /: KeyAccess.KEY_POLICY cannot add a statement to the policy of the key .*: this app does not define the key; use KeyAccess.GRANT/,
  /: KeyAccess.KEY_POLICY cannot add a statement to the policy of the key .*: the stack of the key, \S+, cannot reference the instance in /,
];

let server: ConnectAndKmsServer;
beforeAll(async () => { server = await ConnectAndKmsServer.start(); });
afterAll(() => server.stop());

test(`${APPS} random apps deploy without lost records or fail with a documented error`, async () => {
  const seen = { synthesized: 0, rejected: 0, associations: 0, statements: 0, grants: 0, lookups: 0 };
  await fc.assert(fc.asyncProperty(randomApp, async (spec) => {
    const app = new App();
    let external: string[];
    try {
      external = buildRandomApp(app, spec);
    } catch (error) {
      expect(DOCUMENTED.some((message) => message.test((error as Error).message)) ? undefined : error).toBeUndefined();
      seen.rejected++;
      return;
    }
    const graph = graphOf(app.synth());
    const account = accountFor(spec);
    seen.synthesized++;

    for (const { template } of graph.scopes.values()) expect(() => deploymentSteps(template)).not.toThrow();
    const { lostRecords, account: after } = await new DeploymentSimulation(server, PARAMETERS, 4).create(account, graph);
    const withExternalAccess = external.map((id) => after.associations[after.deployed[id].physicalId]);
    expect(lostRecords.filter(({ instance, dataType }) => !withExternalAccess.some(
      (other) => other.instance === instance && other.dataType === dataType))).toEqual([]);

    const deployed = Object.entries(after.deployed);
    expectUniqueSids(deployed);
    expectNoPolicyOnServiceRole(deployed);
    expectSequentialAssociations(graph, deployed);
    expectNoRepeatedCall(deployed, seen);
    seen.associations += Object.keys(after.associations).length;
  }), { numRuns: APPS, seed: process.env.SEED ? Number(process.env.SEED) : undefined });

  // Enough apps are valid, and enough apps use each way to grant access.
  expect(seen.synthesized).toBeGreaterThan(APPS / 4);
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(APPS / 20);
}, 600_000);

function expectUniqueSids(deployed: Array<[string, DeployedResource]>): void {
  for (const [, { type, properties }] of deployed) {
    if (type !== 'AWS::KMS::Key') continue;
    const sids = (properties.KeyPolicy as { Statement: Array<{ Sid?: string }> }).Statement.map(({ Sid }) => Sid).filter((sid) => sid !== undefined);
    expect(new Set(sids).size).toBe(sids.length);
  }
}

function expectNoPolicyOnServiceRole(deployed: Array<[string, DeployedResource]>): void {
  for (const [, { type, properties }] of deployed) {
    if (type === 'AWS::IAM::Policy') expect(JSON.stringify(properties.Roles)).not.toContain('AWSServiceRoleForAmazonConnect');
  }
}

function expectSequentialAssociations(graph: AppGraph, deployed: Array<[string, DeployedResource]>): void {
  const associations = deployed.filter(([, { type }]) => type === 'AWS::Connect::InstanceStorageConfig');
  for (const { nodes } of graph.stacks) {
    const dependencies = new Map([...nodes].map(([id, node]) => [id, node.dependencies]));
    const here = associations.filter(([id]) => nodes.has(id));
    for (const [one, { properties: first }] of here) {
      for (const [other, { properties: second }] of here) {
        if (one === other || first.InstanceArn !== second.InstanceArn) continue;
        expect(withDependencies(dependencies, one).has(other) || withDependencies(dependencies, other).has(one)).toBe(true);
      }
    }
  }
}

function expectNoRepeatedCall(deployed: Array<[string, DeployedResource]>, seen: { statements: number; grants: number; lookups: number }): void {
  const calls = deployed.filter(([, { type }]) => type === 'Custom::AWS').map(([id, { properties }]) => {
    const { action, parameters } = JSON.parse(properties.Create as string) as { action: string; parameters: Record<string, unknown> };
    return { action, call: JSON.stringify([id.split('/')[0], action, { ...parameters, Name: undefined }]) };
  });
  expect(new Set(calls.map(({ call }) => call)).size).toBe(calls.length);

  seen.lookups += calls.filter(({ action }) => action === 'DescribeInstance').length;
  seen.grants += calls.filter(({ action }) => action === 'CreateGrant').length;
  seen.statements += deployed.filter(([, { type, properties }]) => type === 'AWS::KMS::Key' && JSON.stringify(properties).includes('Amazon Connect streaming')).length;
}

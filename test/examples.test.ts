import { readdirSync, readFileSync } from 'fs';
import { join } from 'path';
import { App, type Stack } from 'aws-cdk-lib';
import { Annotations, Match, Template } from 'aws-cdk-lib/assertions';
import { ALL_FIELDS } from './samples/agent-events';
import { ACCOUNT, associations, connectStatements, ENV, INSTANCE_ID, resources, ROLE_ARN, theOnly, types } from './support';
import { RegionalStreaming } from '../examples/global-resiliency/regional-streaming';
import { Leaving, Left } from '../examples/leave/leaving';
import { ContactCenters } from '../examples/many-instances/contact-centers';
import { Migrated } from '../examples/migrate-from-l1/after';
import { HandWritten } from '../examples/migrate-from-l1/before';
import { statusOf } from '../examples/querying/agent-status';
import { QueriedStreaming } from '../examples/querying/queried-streaming';

const ROOT = join(__dirname, '..');

describe('migration from L1 resources', () => {
  const [before, after] = [new HandWritten(new App(), 'Stack', { env: ENV }), new Migrated(new App(), 'Stack', { env: ENV })]
    .map((stack) => Template.fromStack(stack).toJSON() as unknown);

  test('produces the same template before and after the migration', () => {
    expect(after).toEqual(before);
  });
});

describe('Global Resiliency', () => {
  const regions = ['us-east-1', 'us-west-2'];
  const arnIn = (region: string) => `arn:aws:connect:${region}:${ACCOUNT}:instance/${INSTANCE_ID}`;
  const roleIn = (region: string) => ROLE_ARN.replace('_abc', `_${region}`);
  const stacksIn = (app: App) =>
    regions.map((region) => new RegionalStreaming(app, region, { instanceId: INSTANCE_ID, env: { account: ACCOUNT, region } }));

  /** Creates an app whose context contains the results of all lookups. */
  function appWithContext(): App {
    const app = new App();
    stacksIn(app);
    const missing = app.synth().manifest.missing!;
    const results = missing.map(({ key, props }) => {
      const { exactIdentifier, region } = props as unknown as { exactIdentifier: string; region: string };
      return [key, [{ Arn: exactIdentifier, ServiceRole: roleIn(region), Identifier: exactIdentifier }]] as const;
    });
    return new App({ context: Object.fromEntries(results) });
  }

  test('looks up the instance and its replica in their own Regions', () => {
    const app = new App();
    stacksIn(app);
    expect(app.synth().manifest.missing).toMatchObject(regions.map((region) => ({ props: { region, exactIdentifier: arnIn(region) } })));
  });

  test('creates a key, streams and associations in each Region, without a lookup at deployment', () => {
    for (const stack of stacksIn(appWithContext())) {
      expect(Object.values(associations(stack)).map(({ Properties }) => Properties.InstanceArn)).toEqual([arnIn(stack.region), arnIn(stack.region)]);
      expect(connectStatements(stack)).toMatchObject([{ Principal: { AWS: roleIn(stack.region) } }]);
      expect(types(stack)).not.toContain('Custom::AWS');
      Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
    }
  });

  test('creates alarms in each Region, none of which goes off in a Region without contacts and agents', () => {
    for (const stack of stacksIn(appWithContext())) {
      const alarms = resources(stack, 'AWS::CloudWatch::Alarm');
      expect(Object.keys(alarms).some((id) => id.includes('ContactsWithoutRecords'))).toBe(true);
      for (const { Properties } of Object.values(alarms)) expect(Properties.TreatMissingData).not.toBe('breaching');
    }
  });
});

describe('streaming from many instances', () => {
  const arnOf = (number: number) => `arn:aws:connect:us-east-1:${ACCOUNT}:instance/aaaaaaaa-bbbb-cccc-dddd-${String(number).padStart(12, '0')}`;

  test('does not change the resources of existing instances when an instance is added', () => {
    const [before, after] = [[1, 3], [1, 2, 3]].map((numbers) => new ContactCenters(new App(), 'Stack', { env: ENV, instanceArns: numbers.map(arnOf) }));
    for (const type of ['AWS::Kinesis::Stream', 'AWS::Connect::InstanceStorageConfig']) {
      expect(resources(after, type)).toMatchObject(resources(before, type));
    }
    expect(Object.keys(associations(after))).toHaveLength(3);
  });
});

describe('removal of the construct', () => {
  const statementsOf = (stack: Stack) => connectStatements(stack).map(({ Action, Principal: { AWS } }) => ({ Action, hasLiteralRole: typeof AWS === 'string' }));

  test('retains the association, the stream and the custom resource', () => {
    const stack = new Leaving(new App(), 'Stack', { env: ENV });
    for (const type of ['AWS::Connect::InstanceStorageConfig', 'AWS::Kinesis::Stream', 'Custom::AWS']) {
      expect(theOnly(resources(stack, type))[1]).toMatchObject({ DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    }
  });

  test('keeps the statement for Amazon Connect in the policy of the retained key', () => {
    expect(statementsOf(new Leaving(new App(), 'Stack', { env: ENV }))).toEqual([{ Action: 'kms:GenerateDataKey', hasLiteralRole: false }]);
    expect(statementsOf(new Left(new App(), 'Stack', { env: ENV }))).toEqual([{ Action: 'kms:GenerateDataKey', hasLiteralRole: true }]);
  });
});

describe('querying', () => {
  test('creates the tables of contact records and agent events in one database', () => {
    const stack = new QueriedStreaming(new App(), 'Stack', { env: ENV });
    const [database] = theOnly(resources(stack, 'AWS::Glue::Database'));
    expect(Object.values(resources(stack, 'AWS::Glue::Table')).map(({ Properties }) => Properties.DatabaseName)).toEqual([{ Ref: database }, { Ref: database }]);
    Annotations.fromStack(stack).hasNoError('*', Match.anyValue());
  });

  test('reads the status of an agent from an event', () => {
    expect(statusOf(ALL_FIELDS)).toBe('Available');
    expect(statusOf({ ...ALL_FIELDS, CurrentAgentSnapshot: null })).toBeUndefined();
  });
});

describe('code examples of the documentation', () => {
  const compact = (text: string) => text.replaceAll(/\s+/g, ' ').trim();
  const sources = compact(readdirSync(join(ROOT, 'examples'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts')).map((file) => readFileSync(join(ROOT, 'examples', file), 'utf8')).join('\n'));
  const examples = readdirSync(join(ROOT, 'docs')).filter((file) => file.endsWith('.md'))
    .flatMap((file) => [...readFileSync(join(ROOT, 'docs', file), 'utf8').matchAll(/^```ts\n([^]+?)^```/gm)].map(([, code]) => [file, compact(code)]));

  test.each(examples)('match the example apps: %s: %s', (_, code) => {
    expect(sources).toContain(code);
  });
});

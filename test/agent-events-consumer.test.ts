/**
 * The agent events consumer of the examples: its template, and its Lambda function with records as Lambda reads them from Kinesis.
 */
import { execFileSync, spawnSync } from 'child_process';
import { existsSync, writeFileSync } from 'fs';
import { join } from 'path';
import { App, assertions } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { FakeDynamoDb } from './agent-events/fake-dynamodb';
import { LambdaProcess } from './agent-events/lambda-process';
import { ENV, INSTANCE_ARN, type Statement } from './support';
import { AgentEventsConsumer } from '../examples/agent-events-consumer/agent-events-consumer';

const ANN = `${INSTANCE_ARN}/agent/ann`;
const JO = `${INSTANCE_ARN}/agent/jo`;

const OUTPUT = join(__dirname, '..', 'coverage', 'agent-events-consumer'); // the functions find the AWS SDK in node_modules
const PYTHON_REQUIREMENTS = join(__dirname, '..', 'examples', 'agent-events-consumer', 'requirements-dev.txt');

const assembly = new App({ outdir: OUTPUT });
const javascript = new AgentEventsConsumer(assembly, 'Javascript', { env: ENV, instanceArn: INSTANCE_ARN, language: 'javascript' });
const python = new AgentEventsConsumer(new App(), 'Python', { env: ENV, instanceArn: INSTANCE_ARN, language: 'python' });
const TEMPLATES = { javascript: assertions.Template.fromStack(javascript), python: assertions.Template.fromStack(python) };

const mapping = Object.values(TEMPLATES.javascript.findResources('AWS::Lambda::EventSourceMapping'))[0].Properties as {
  readonly MaximumRetryAttempts: number;
  readonly BisectBatchOnFunctionError: boolean;
  readonly FunctionResponseTypes: string[];
};

/** Starts the function that the CDK app bundled for Node.js. */
function startJavascript(environment: Record<string, string>): LambdaProcess {
  const functions = Object.entries(TEMPLATES.javascript.findResources('AWS::Lambda::Function'));
  const { Code } = functions.find(([id]) => id.startsWith('Consumer'))![1].Properties as { Code: { S3Key: string } };
  return LambdaProcess.node(join(OUTPUT, `asset.${Code.S3Key.replace('.zip', '')}`, 'index.js'), environment);
}

/** The Python function is not tested on a machine without Python, except in continuous integration. */
const hasPython = process.env.CI === 'true' || spawnSync('python3', ['-m', 'venv', '--help']).status === 0;

/** Starts the Python function, with its requirements in a virtual environment. */
function startPython(environment: Record<string, string>): LambdaProcess {
  const venv = join(OUTPUT, 'venv');
  const interpreter = join(venv, 'bin', 'python');
  const installed = join(venv, 'installed.txt');
  if (!existsSync(installed)) {
    execFileSync('python3', ['-m', 'venv', '--clear', venv]);
    execFileSync(interpreter, ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', '--requirement', PYTHON_REQUIREMENTS]);
    writeFileSync(installed, '');
  }
  const folder = join(__dirname, '..');
  return LambdaProcess.python(interpreter, join(folder, 'examples', 'agent-events-consumer', 'python', 'index.py'), {
    ...environment, SCHEMA_FILE: join(folder, 'schemas', 'agent-event.json'),
  });
}

function agentEvent(EventId: string, AgentARN: string, status: string, EventType = 'STATE_CHANGE'): object {
  return {
    AWSAccountId: ENV.account,
    AgentARN,
    CurrentAgentSnapshot: {
      AgentStatus: { ARN: `${INSTANCE_ARN}/agent-state/1`, Name: status, StartTimestamp: '2025-03-02T10:00:00.000Z', Type: 'ROUTABLE' },
      Configuration: { Username: AgentARN.slice(-3) },
      Contacts: [],
    },
    EventId,
    EventTimestamp: '2025-03-02T10:00:00.123Z',
    EventType,
    InstanceARN: INSTANCE_ARN,
    PreviousAgentSnapshot: null,
    Version: '2017-10-01',
  };
}

interface KinesisRecord {
  readonly eventSource: 'aws:kinesis';
  readonly kinesis: { readonly sequenceNumber: string; readonly partitionKey: string; readonly data: string };
}

/** Creates the records of a shard. A string is used as the data of a record without changes. */
function shard(...contents: Array<object | string>): KinesisRecord[] {
  return contents.map((content, index) => ({
    eventSource: 'aws:kinesis',
    kinesis: {
      sequenceNumber: `4954511523073514470${index}`,
      partitionKey: ANN,
      data: Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)).toString('base64'),
    },
  }));
}

interface Response {
  readonly batchItemFailures: Array<{ readonly itemIdentifier: string }>;
}

let dynamodb: FakeDynamoDb;
let consumer: LambdaProcess;
beforeAll(async () => { dynamodb = await FakeDynamoDb.start(); });
afterAll(() => dynamodb.stop());

async function invoke(records: KinesisRecord[]): Promise<string[]> {
  const { batchItemFailures } = await consumer.invoke<Response>({ Records: records });
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

/** Delivers a batch as the event source mapping of the template does. Returns the records that are sent to the bucket for failures. */
async function deliver(records: KinesisRecord[], attempts = 0): Promise<KinesisRecord[]> {
  if (records.length === 0) return [];
  const [failed] = await invoke(records);
  if (failed === undefined) return [];

  const rest = records.slice(records.findIndex(({ kinesis }) => kinesis.sequenceNumber === failed)); // the records before it are processed
  if (rest.length === 1) return attempts < mapping.MaximumRetryAttempts ? deliver(rest, attempts + 1) : rest;
  const half = Math.ceil(rest.length / 2);
  return [...await deliver(rest.slice(0, half)), ...await deliver(rest.slice(half))];
}

function agents(): Record<string, [status: unknown, events: unknown]> {
  return Object.fromEntries([...dynamodb.items]
    .filter(([id]) => !id.startsWith('agents event '))
    .map(([id, item]) => [id.replace('agents ', ''), [Object.values(item.status)[0], Object.values(item.events)[0]]]));
}

describe.each(['javascript', 'python'] as const)('template of the agent events consumer in %s', (language) => {
  const template = TEMPLATES[language];

  test('splits and retries failed batches, and sends failed records to a bucket', () => {
    template.hasResourceProperties('AWS::Lambda::EventSourceMapping', {
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 5,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [assertions.Match.stringLikeRegexp('^Failures'), 'Arn'] } } },
    });
  });

  test('grants the function only the permissions to read and decrypt agent events, and to write to the table and the bucket', () => {
    const [policy] = Object.entries(template.findResources('AWS::IAM::Policy')).filter(([id]) => id.startsWith('ConsumerServiceRole'));
    const { Statement: statements } = (policy[1].Properties as { PolicyDocument: { Statement: Statement[] } }).PolicyDocument;
    const at = (id: string) => ({ 'Fn::GetAtt': [expect.stringMatching(id) as unknown, 'Arn'] });
    expect(statements).toEqual(expect.arrayContaining([
      { Effect: 'Allow', Action: ['dynamodb:PutItem', 'dynamodb:UpdateItem'], Resource: [at('^Agents')] },
      { Effect: 'Allow', Action: 'kms:Decrypt', Resource: at('^StreamingKey') },
    ]));
    expect([...new Set(statements.flatMap(({ Action }) => Action as string[]).map((action) => action.split(':')[0]))].sort())
      .toEqual(['dynamodb', 'kinesis', 'kms', 's3']);
  });

  test('passes the table to the function, and deletes expired events from the table', () => {
    const [table] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
    template.hasResourceProperties('AWS::Lambda::Function', { Handler: 'index.handler', Environment: { Variables: assertions.Match.objectLike({ TABLE_NAME: { Ref: table } }) } });
    template.hasResourceProperties('AWS::DynamoDB::Table', { TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true } });
  });
});

test('the Python function reads the schema and its validator from layers', () => {
  const [schemas] = Object.keys(TEMPLATES.python.findResources('AWS::Lambda::LayerVersion'));
  TEMPLATES.python.hasResourceProperties('AWS::Lambda::Function', {
    Runtime: 'python3.13',
    Layers: [{ Ref: schemas }, { Ref: assertions.Match.stringLikeRegexp('powertoolspython') }],
    Environment: { Variables: assertions.Match.objectLike({ SCHEMA_FILE: '/opt/agent-event.json' }) },
  });
});

describe.each([
  ['JavaScript', startJavascript] as const,
  ...hasPython ? [['Python', startPython] as const] : [],
])('function of the agent events consumer in %s', (_, start) => {
  beforeAll(() => { consumer = start({ AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint, TABLE_NAME: 'agents' }); });
  afterAll(() => consumer.stop());
  beforeEach(() => {
    dynamodb.items.clear();
    dynamodb.failures = 0;
    consumer.log = '';
  });

  const BATCH = shard(agentEvent('1', ANN, 'Available'), agentEvent('2', JO, 'Lunch'), agentEvent('3', ANN, 'Offline', 'LOGOUT'));

  test('stores the latest status of each agent', async () => {
    expect(await invoke(BATCH)).toEqual([]);
    expect(agents()).toEqual({ [ANN]: ['Offline', '2'], [JO]: ['Lunch', '1'] });
    expect(consumer.log).toBe('');
  });

  test('counts an event once, even if it is delivered several times', async () => {
    await invoke([...BATCH, ...BATCH]);
    await invoke(BATCH);
    expect(agents()).toEqual({ [ANN]: ['Offline', '2'], [JO]: ['Lunch', '1'] });
  });

  test('stores an event for longer than the retention period of the stream, but not indefinitely', async () => {
    await invoke(BATCH.slice(0, 1));
    const days = (Number((dynamodb.items.get('agents event 1')!.expiresAt as { N: string }).N) - Date.now() / 1000) / 86_400;
    expect(days).toBeGreaterThan(1.9);
    expect(days).toBeLessThan(2.1);
  });

  test('ignores heartbeat events', async () => {
    expect(await invoke(shard(agentEvent('1', ANN, 'Available', 'HEART_BEAT')))).toEqual([]);
    expect(dynamodb.items.size).toBe(0);
  });

  test('accepts an event without an agent snapshot', async () => {
    expect(await invoke(shard({ ...agentEvent('1', ANN, ''), CurrentAgentSnapshot: null }))).toEqual([]);
    expect(agents()).toEqual({ [ANN]: ['Unknown', '1'] });
  });

  test.each<[string, object | string]>([
    ['text that is not JSON', 'Ann left at 10'],
    ['null', 'null'],
    ['an event without an id', { ...agentEvent('1', ANN, 'Available'), EventId: undefined }],
    ['an event without an agent', { ...agentEvent('1', ANN, 'Available'), AgentARN: undefined }],
    ['an event of an unknown type', { ...agentEvent('1', ANN, 'Available'), EventType: 'LUNCH' }],
    ['an event with a snapshot of another type', { ...agentEvent('1', ANN, 'Available'), CurrentAgentSnapshot: 'Available' }],
    ['a contact record', { ContactId: '1', Channel: 'VOICE' }],
  ])('reports %s as a failed record', async (__, malformed) => {
    const batch = shard(agentEvent('1', JO, 'Available'), malformed, agentEvent('2', JO, 'Lunch'));
    expect(await invoke(batch)).toEqual([batch[1].kinesis.sequenceNumber]);
    expect(agents()).toEqual({ [JO]: ['Available', '1'] }); // Lambda retries the rest of the batch
    expect(consumer.log).toMatch(new RegExp(`^{"sequenceNumber":"${batch[1].kinesis.sequenceNumber}","error":"\\w+"}\n$`));
  });

  test('loses no other records if a malformed record is sent to the bucket for failures', async () => {
    const batch = shard(agentEvent('1', ANN, 'Available'), agentEvent('2', JO, 'Available'), 'malformed', agentEvent('3', JO, 'Lunch'), agentEvent('4', ANN, 'Offline'));
    expect(await deliver(batch)).toEqual([batch[2]]);
    expect(agents()).toEqual({ [ANN]: ['Offline', '2'], [JO]: ['Lunch', '2'] });
  });

  test('processes each event once if DynamoDB fails temporarily', async () => {
    dynamodb.failures = 2;
    expect(await deliver(BATCH)).toEqual([]);
    expect(agents()).toEqual({ [ANN]: ['Offline', '2'], [JO]: ['Lunch', '1'] });
  });

  test('counts the distinct events of random shards with duplicates and malformed records', async () => {
    const content = fc.oneof(
      fc.record({ id: fc.nat(9), agent: fc.constantFrom(ANN, JO) }).map(({ id, agent }) => agentEvent(`${agent} ${id}`, agent, `status ${id}`)),
      fc.constantFrom('', '{', '[]', '"text"', '{}'),
    );
    await fc.assert(fc.asyncProperty(fc.array(content, { maxLength: 12 }), async (contents) => {
      dynamodb.items.clear();
      const records = shard(...contents);
      const failures = await deliver(records);
      expect(failures).toEqual(records.filter((__, index) => typeof contents[index] === 'string'));
      const events = contents.filter((one) => typeof one === 'object') as Array<{ AgentARN: string; EventId: string }>;
      expect(Object.fromEntries(Object.entries(agents()).map(([agent, [, count]]) => [agent, Number(count)]))).toEqual(
        Object.fromEntries([...new Set(events.map(({ AgentARN }) => AgentARN))].map((agent) => [
          agent, new Set(events.filter(({ AgentARN }) => AgentARN === agent).map(({ EventId }) => EventId)).size,
        ])));
    }), { numRuns: 50 });
  });
});

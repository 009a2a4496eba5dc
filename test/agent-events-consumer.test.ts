/**
 * The example of a consumer of agent events: its template, and its Lambda function on records as Lambda gets them from Kinesis.
 */
import { join } from 'path';
import { App, assertions } from 'aws-cdk-lib';
import * as fc from 'fast-check';
import { FakeDynamoDb } from './agent-events/fake-dynamodb';
import { LambdaProcess } from './agent-events/lambda-process';
import { ENV, INSTANCE_ARN, type Statement } from './support';
import { AgentEventsConsumer } from '../examples/agent-events-consumer/agent-events-consumer';

jest.mock('cdk-connect-data-streaming', () => jest.requireActual<object>('../src'), { virtual: true });

const HANDLER = join(__dirname, '..', 'examples', 'agent-events-consumer', 'handler', 'index.mjs');
const ANN = `${INSTANCE_ARN}/agent/ann`;
const JO = `${INSTANCE_ARN}/agent/jo`;

const template = assertions.Template.fromStack(new AgentEventsConsumer(new App(), 'Consumer', { env: ENV, instanceArn: INSTANCE_ARN }));
const mapping = Object.values(template.findResources('AWS::Lambda::EventSourceMapping'))[0].Properties as {
  readonly MaximumRetryAttempts: number;
  readonly BisectBatchOnFunctionError: boolean;
  readonly FunctionResponseTypes: string[];
};

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

/** Records of one shard; a text is a record as it is. */
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

interface Answer {
  readonly batchItemFailures: Array<{ readonly itemIdentifier: string }>;
}

let dynamodb: FakeDynamoDb;
let consumer: LambdaProcess;
beforeAll(async () => {
  dynamodb = await FakeDynamoDb.start();
  consumer = new LambdaProcess(HANDLER, { AWS_ENDPOINT_URL_DYNAMODB: dynamodb.endpoint, TABLE_NAME: 'agents' });
});
afterAll(async () => {
  await consumer.stop();
  await dynamodb.stop();
});
beforeEach(() => {
  dynamodb.items.clear();
  dynamodb.failures = 0;
  consumer.log = '';
});

async function invoke(records: KinesisRecord[]): Promise<string[]> {
  const { batchItemFailures } = await consumer.invoke<Answer>({ Records: records });
  return batchItemFailures.map(({ itemIdentifier }) => itemIdentifier);
}

/** What the event source does with a batch, as the template has it. Returns the records that go to the bucket of failures. */
async function deliver(records: KinesisRecord[], attempts = 0): Promise<KinesisRecord[]> {
  if (records.length === 0) return [];
  const [failed] = await invoke(records);
  if (failed === undefined) return [];

  const rest = records.slice(records.findIndex(({ kinesis }) => kinesis.sequenceNumber === failed)); // those before it are done
  if (rest.length === 1) return attempts < mapping.MaximumRetryAttempts ? deliver(rest, attempts + 1) : rest;
  const half = Math.ceil(rest.length / 2);
  return [...await deliver(rest.slice(0, half)), ...await deliver(rest.slice(half))];
}

function agents(): Record<string, [status: unknown, events: unknown]> {
  return Object.fromEntries([...dynamodb.items]
    .filter(([id]) => !id.startsWith('agents event '))
    .map(([id, item]) => [id.replace('agents ', ''), [Object.values(item.status)[0], Object.values(item.events)[0]]]));
}

describe('the template', () => {
  test('divides batches, retries, and keeps what fails', () => {
    expect(mapping).toMatchObject({
      BisectBatchOnFunctionError: true,
      FunctionResponseTypes: ['ReportBatchItemFailures'],
      MaximumRetryAttempts: 5,
      DestinationConfig: { OnFailure: { Destination: { 'Fn::GetAtt': [expect.stringMatching(/^Failures/), 'Arn'] } } },
    });
  });

  test('lets the function read and decrypt agent events, write the table and the bucket, and no more', () => {
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

  test('tells the function its table, which forgets events', () => {
    const [table] = Object.keys(template.findResources('AWS::DynamoDB::Table'));
    template.hasResourceProperties('AWS::Lambda::Function', { Handler: 'index.handler', Environment: { Variables: { TABLE_NAME: { Ref: table } } } });
    template.hasResourceProperties('AWS::DynamoDB::Table', { TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true } });
  });
});

describe('the function', () => {
  const BATCH = shard(agentEvent('1', ANN, 'Available'), agentEvent('2', JO, 'Lunch'), agentEvent('3', ANN, 'Offline', 'LOGOUT'));

  test('keeps the last status of each agent', async () => {
    expect(await invoke(BATCH)).toEqual([]);
    expect(agents()).toEqual({ [ANN]: ['Offline', '2'], [JO]: ['Lunch', '1'] });
    expect(consumer.log).toBe('');
  });

  test('counts an event once, in one batch or in several', async () => {
    await invoke([...BATCH, ...BATCH]);
    await invoke(BATCH);
    expect(agents()).toEqual({ [ANN]: ['Offline', '2'], [JO]: ['Lunch', '1'] });
  });

  test('remembers an event longer than the stream keeps it, and not forever', async () => {
    await invoke(BATCH.slice(0, 1));
    const days = (Number((dynamodb.items.get('agents event 1')!.expiresAt as { N: string }).N) - Date.now() / 1000) / 86_400;
    expect(days).toBeGreaterThan(1.9);
    expect(days).toBeLessThan(2.1);
  });

  test('lets heartbeats pass', async () => {
    expect(await invoke(shard(agentEvent('1', ANN, 'Available', 'HEART_BEAT')))).toEqual([]);
    expect(dynamodb.items.size).toBe(0);
  });

  test('takes an event without a snapshot', async () => {
    expect(await invoke(shard({ ...agentEvent('1', ANN, ''), CurrentAgentSnapshot: null }))).toEqual([]);
    expect(agents()).toEqual({ [ANN]: ['Unknown', '1'] });
  });

  test.each<[string, object | string]>([
    ['no JSON', 'Ann left at 10'],
    ['null', 'null'],
    ['no event id', { ...agentEvent('1', ANN, 'Available'), EventId: undefined }],
    ['no agent', { ...agentEvent('1', ANN, 'Available'), AgentARN: undefined }],
  ])('reports a poison record: %s', async (_, poison) => {
    const batch = shard(agentEvent('1', JO, 'Available'), poison, agentEvent('2', JO, 'Lunch'));
    expect(await invoke(batch)).toEqual([batch[1].kinesis.sequenceNumber]);
    expect(agents()).toEqual({ [JO]: ['Available', '1'] }); // what follows comes again
    expect(consumer.log).toMatch(new RegExp(`^{"sequenceNumber":"${batch[1].kinesis.sequenceNumber}","error":"\\w+"}\n$`));
  });

  test('a poison record goes to the bucket of failures, and nothing else is lost', async () => {
    const batch = shard(agentEvent('1', ANN, 'Available'), agentEvent('2', JO, 'Available'), 'poison', agentEvent('3', JO, 'Lunch'), agentEvent('4', ANN, 'Offline'));
    expect(await deliver(batch)).toEqual([batch[2]]);
    expect(agents()).toEqual({ [ANN]: ['Offline', '2'], [JO]: ['Lunch', '2'] });
  });

  test('a passing failure of DynamoDB loses nothing and counts nothing twice', async () => {
    dynamodb.failures = 2;
    expect(await deliver(BATCH)).toEqual([]);
    expect(agents()).toEqual({ [ANN]: ['Offline', '2'], [JO]: ['Lunch', '1'] });
  });

  test('random shards with duplicates and poison', async () => {
    const content = fc.oneof(
      fc.record({ id: fc.nat(9), agent: fc.constantFrom(ANN, JO) }).map(({ id, agent }) => agentEvent(`${agent} ${id}`, agent, `status ${id}`)),
      fc.constantFrom('', '{', '[]', '"text"', '{}'),
    );
    await fc.assert(fc.asyncProperty(fc.array(content, { maxLength: 12 }), async (contents) => {
      dynamodb.items.clear();
      const records = shard(...contents);
      const failures = await deliver(records);
      expect(failures).toEqual(records.filter((_, index) => typeof contents[index] === 'string'));
      const events = contents.filter((one) => typeof one === 'object') as Array<{ AgentARN: string; EventId: string }>;
      expect(Object.fromEntries(Object.entries(agents()).map(([agent, [, count]]) => [agent, Number(count)]))).toEqual(
        Object.fromEntries([...new Set(events.map(({ AgentARN }) => AgentARN))].map((agent) => [
          agent, new Set(events.filter(({ AgentARN }) => AgentARN === agent).map(({ EventId }) => EventId)).size,
        ])));
    }), { numRuns: 50 });
  });
});

/**
 * Stores the status of each agent and counts the agent's events. An event that is delivered more than once is counted once.
 *
 * @see https://docs.aws.amazon.com/connect/latest/adminguide/agent-event-stream-model.html
 */
import { DynamoDBClient, TransactionCanceledException, TransactWriteItemsCommand } from '@aws-sdk/client-dynamodb';
import Ajv from 'ajv/dist/2020';
import schema from 'cdk-connect-data-streaming/schemas/agent-event.json';

const dynamodb = new DynamoDBClient();
const isAgentEvent = new Ajv().compile(schema);

// Kinesis can deliver an event again during the retention period of the stream, which is one day.
const REMEMBERED_SECONDS = 2 * 24 * 60 * 60;

export async function handler({ Records }) {
  for (const { kinesis: { data, sequenceNumber } } of Records) {
    try {
      const event = parse(data);
      if (event.EventType !== 'HEART_BEAT') await keep(event); // a filter on the event source would silently drop records that are not JSON
    } catch (error) {
      console.error(JSON.stringify({ sequenceNumber, error: error.name })); // not the message, which can contain parts of the record
      // Lambda delivers this record and all later records of the batch again, so the events of an agent stay in order.
      return { batchItemFailures: [{ itemIdentifier: sequenceNumber }] };
    }
  }
  return { batchItemFailures: [] };
}

function parse(data) {
  const event = JSON.parse(Buffer.from(data, 'base64').toString());
  if (!isAgentEvent(event)) throw new TypeError('not an agent event');
  return event;
}

/** Updates the agent and stores the event ID in one transaction. */
async function keep({ AgentARN, CurrentAgentSnapshot, EventId, EventTimestamp }) {
  const TableName = process.env.TABLE_NAME;
  const remember = {
    TableName,
    Item: { id: { S: `event ${EventId}` }, expiresAt: { N: `${Math.floor(Date.now() / 1000) + REMEMBERED_SECONDS}` } },
    ConditionExpression: 'attribute_not_exists(id)',
  };
  const update = {
    TableName,
    Key: { id: { S: AgentARN } },
    UpdateExpression: 'SET #status = :status, #since = :since ADD #events :one',
    ExpressionAttributeNames: { '#status': 'status', '#since': 'since', '#events': 'events' },
    ExpressionAttributeValues: {
      ':status': { S: CurrentAgentSnapshot?.AgentStatus?.Name ?? 'Unknown' },
      ':since': { S: CurrentAgentSnapshot?.AgentStatus?.StartTimestamp ?? EventTimestamp },
      ':one': { N: '1' },
    },
  };
  try {
    await dynamodb.send(new TransactWriteItemsCommand({ TransactItems: [{ Put: remember }, { Update: update }] }));
  } catch (error) {
    const known = error instanceof TransactionCanceledException && error.CancellationReasons?.[0]?.Code === 'ConditionalCheckFailed';
    if (!known) throw error;
  }
}

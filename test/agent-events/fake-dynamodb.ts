import type { IncomingMessage, ServerResponse } from 'http';
import { LoopbackServer } from '../loopback-server';

type Value = { readonly S: string } | { readonly N: string };
type Item = Record<string, Value>;

interface Put {
  readonly TableName: string;
  readonly Item: Item;
  readonly ConditionExpression: string;
}

interface Update {
  readonly TableName: string;
  readonly Key: Item;
  readonly UpdateExpression: string;
  readonly ExpressionAttributeNames: Record<string, string>;
  readonly ExpressionAttributeValues: Record<string, Value>;
}

/** A fake DynamoDB for the function of the example, in the wire format of DynamoDB over HTTP. */
export class FakeDynamoDb extends LoopbackServer {
  public static async start(): Promise<FakeDynamoDb> {
    return new FakeDynamoDb().listen();
  }

  public readonly items = new Map<string, Item>();
  /** The number of calls that fail next. */
  public failures = 0;

  protected respond(request: IncomingMessage, sent: string, response: ServerResponse): void {
    const { TransactItems } = JSON.parse(sent) as { TransactItems: [{ Put: Put }, { Update: Update }] };
    const reason = request.headers['x-amz-target'] === 'DynamoDB_20120810.TransactWriteItems' ? this.transact(TransactItems) : 'UnknownOperation';
    response.writeHead(reason ? 400 : 200, { 'content-type': 'application/x-amz-json-1.0' });
    response.end(JSON.stringify(reason
      ? {
        __type: 'com.amazonaws.dynamodb.v20120810#TransactionCanceledException',
        Message: `Transaction canceled [${reason}, None]`,
        CancellationReasons: [{ Code: reason }, { Code: 'None' }],
      }
      : {}));
  }

  /** Writes both items, or returns the reason why it writes neither. */
  private transact([{ Put: put }, { Update: update }]: [{ Put: Put }, { Update: Update }]): string | undefined {
    if (this.failures > 0) {
      this.failures--;
      return 'TransactionConflict';
    }
    if (put.ConditionExpression !== 'attribute_not_exists(id)') return `ValidationError: ${put.ConditionExpression}`;
    const id = idOf(put.TableName, put.Item);
    if (this.items.has(id)) return 'ConditionalCheckFailed';

    this.items.set(id, put.Item);
    const key = idOf(update.TableName, update.Key);
    this.items.set(key, updated(this.items.get(key) ?? update.Key, update));
    return undefined;
  }
}

function idOf(table: string, { id }: Item): string {
  return `${table} ${(id as { S: string }).S}`;
}

/** Applies an expression in the form `SET <name> = <value>, ... ADD <name> <value>`. */
function updated(item: Item, { UpdateExpression, ExpressionAttributeNames: names, ExpressionAttributeValues: values }: Update): Item {
  const [, assignments, counter, increment] = /^SET (.*) ADD (\S+) (\S+)$/.exec(UpdateExpression)!;
  const set = assignments.split(', ').map((assignment) => assignment.split(' = ')).map(([name, value]) => [names[name], values[value]] as const);
  const before = item[names[counter]] as { N: string } | undefined;
  const count = Number(before?.N ?? 0) + Number((values[increment] as { N: string }).N);
  return { ...item, ...Object.fromEntries(set), [names[counter]]: { N: `${count}` } };
}

/**
 * Deploys the changes of docs/changing-a-deployed-app.md that need one deployment, and sends a record of each data type afterwards.
 */
import { aws_kinesis as kinesis } from 'aws-cdk-lib';
import { Account } from './account';
import { newInstanceApp, type Props, STACK, TWO_STREAMS } from './apps';
import { KeyAccess, StreamingDestination } from '../../src';

const account = new Account('888888888888');

beforeAll(() => account.bootstrap());
afterEach(() => account.delete(STACK));
afterAll(() => account.remove());

/** Deploys one app after the other. Returns the records that were lost during the deployments or are lost now. */
async function lossesOf(...apps: Props[]): Promise<unknown[]> {
  await account.control.takeLosses();
  for (const props of apps) {
    const { exitCode, text } = await account.deploy(newInstanceApp(props));
    expect([exitCode, text]).toEqual([0, expect.any(String)]);
  }
  const { losses } = await account.control.takeLosses();
  const { InstanceArn } = await account.outputs(STACK);
  const sent = await Promise.all(Object.keys(apps.at(-1)!).filter((prop) => prop in RESOURCE_TYPES)
    .map((prop) => account.control.send(InstanceArn, RESOURCE_TYPES[prop], [{ ContactId: 'one' }])));
  expect(sent.every(({ delivered }) => delivered === 1)).toBe(true);
  return losses;
}

const RESOURCE_TYPES: Record<string, string> = {
  contactRecords: 'CONTACT_TRACE_RECORDS',
  agentEvents: 'AGENT_EVENTS',
  chatAnalysisSegments: 'REAL_TIME_CONTACT_ANALYSIS_CHAT_SEGMENTS',
};

test('a data type is added and removed', async () => {
  const withChats = { ...TWO_STREAMS, chatAnalysisSegments: StreamingDestination.newKinesisStream() };
  expect(await lossesOf(TWO_STREAMS, withChats, TWO_STREAMS)).toEqual([]);
});

test('a stream is replaced', async () => {
  const named = (streamName: string) => ({ ...TWO_STREAMS, agentEvents: StreamingDestination.newKinesisStream({ streamName }) });
  expect(await lossesOf(named('first'), named('second'))).toEqual([]);
});

test('contact records are moved from a Kinesis data stream to a delivery stream', async () => {
  expect(await lossesOf(TWO_STREAMS, { ...TWO_STREAMS, contactRecords: StreamingDestination.newDeliveryStream() })).toEqual([]);
});

test('the encryption of a stream is changed from the AWS managed key to a customer managed key with a grant', async () => {
  const managed = StreamingDestination.newKinesisStream({ encryption: kinesis.StreamEncryption.MANAGED });
  expect(await lossesOf({ agentEvents: managed }, { agentEvents: TWO_STREAMS.agentEvents, keyAccess: KeyAccess.GRANT })).toEqual([]);
});

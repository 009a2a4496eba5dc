/**
 * `npx projen query:records <table>=<file>…`: runs the queries of docs/querying.md on files of records.
 */
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Athena, pathOf, putObject } from '../test/athena/athena';
import { tablesOf } from '../test/athena/delivery';
import { documentedQueries } from '../test/athena/documented-queries';
import {
  AgentEventsTable, ChatAnalysisSegmentsTable, ConnectDataStreaming, ConnectInstance, ContactRecordsTable, StreamingDestination,
  VoiceAnalysisSegmentsTable,
} from 'cdk-connect-data-streaming';

const USAGE = 'npx projen query:records contact_records=<file> agent_events=<file> voice_analysis_segments=<file> chat_analysis_segments=<file>';

function tables(): ReturnType<typeof tablesOf> {
  const stack = new Stack(new App(), 'Records');
  const NEW = StreamingDestination.newKinesisStream();
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: ConnectInstance.fromInstanceId(stack, 'Instance', 'aaaaaaaa-bbbb-cccc-dddd-111111111111'),
    contactRecords: NEW,
    agentEvents: NEW,
    voiceAnalysisSegments: NEW,
    chatAnalysisSegments: NEW,
  });
  new ContactRecordsTable(stack, 'ContactRecords', { streaming });
  new AgentEventsTable(stack, 'AgentEvents', { streaming });
  new VoiceAnalysisSegmentsTable(stack, 'VoiceAnalysisSegments', { streaming });
  new ChatAnalysisSegmentsTable(stack, 'ChatAnalysisSegments', { streaming });
  return tablesOf(stack);
}

async function main(args: string[]): Promise<void> {
  const all = tables();
  const files = args.map((arg) => arg.split('='));
  if (files.length === 0 || files.some(([table, file]) => !(table in all) || !file)) throw new Error(`tables and files must be specified: ${USAGE}`);

  const s3 = mkdtempSync(join(tmpdir(), 's3-'));
  const athena = await Athena.start();
  try {
    const today = new Date().toISOString().slice(0, 10);
    for (const [index, [name, file]] of files.entries()) {
      const prefix = pathOf(all[name].table.Parameters['storage.location.template']).replace('${dt}', today);
      putObject(s3, prefix, `${index}-${basename(file)}`, readFileSync(file));
    }
    const specified = new Set(files.map(([table]) => table));
    for (const table of specified) await athena.load(all[table].table, s3);
    for (const [heading, sql] of Object.entries(documentedQueries())) {
      const needed = Object.keys(all).filter((table) => new RegExp(`\\b${table}\\b`).test(sql));
      if (!needed.every((table) => specified.has(table))) continue;
      console.log(`\n${heading}`);
      console.table(await athena.query(sql));
    }
  } finally {
    athena.stop();
    rmSync(s3, { recursive: true });
  }
}

void main(process.argv.slice(2));

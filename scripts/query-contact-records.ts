/**
 * `npx projen query:contact-records <file>…`: runs the queries of docs/querying.md on files of contact records.
 */
import { mkdtempSync, readFileSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { basename, join } from 'path';
import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { Athena, pathOf, putObject, type TableInput } from '../test/athena/athena';
import { documentedQueries } from '../test/athena/documented-queries';
import { ConnectDataStreaming, ConnectInstance, ContactRecordsTable, StreamingDestination } from 'cdk-connect-data-streaming';

function table(): TableInput {
  const stack = new Stack(new App(), 'ContactRecords');
  const streaming = new ConnectDataStreaming(stack, 'Streaming', {
    instance: ConnectInstance.fromInstanceId(stack, 'Instance', 'aaaaaaaa-bbbb-cccc-dddd-111111111111'),
    contactRecords: StreamingDestination.newDeliveryStream(),
  });
  new ContactRecordsTable(stack, 'Table', { streaming });
  const [{ Properties }] = Object.values(Template.fromStack(stack).findResources('AWS::Glue::Table')) as Array<{ Properties: { TableInput: TableInput } }>;
  return Properties.TableInput;
}

async function main(files: string[]): Promise<void> {
  if (files.length === 0) throw new Error('files must be specified: npx projen query:contact-records <file>…');
  const { Parameters, ...rest } = table();
  const today = pathOf(Parameters['storage.location.template']).replace('${dt}', new Date().toISOString().slice(0, 10));
  const s3 = mkdtempSync(join(tmpdir(), 's3-'));
  const athena = await Athena.start();
  try {
    files.forEach((file, index) => putObject(s3, today, `${index}-${basename(file)}`, readFileSync(file)));
    await athena.load({ Parameters, ...rest }, s3);
    for (const [heading, sql] of Object.entries(documentedQueries())) {
      console.log(`\n${heading}`);
      console.table(await athena.query(sql));
    }
  } finally {
    athena.stop();
    rmSync(s3, { recursive: true });
  }
}

void main(process.argv.slice(2));

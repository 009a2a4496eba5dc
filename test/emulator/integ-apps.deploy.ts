/**
 * Deploys every integ app with integ-runner, which runs the assertions of the app and destroys it.
 */
import { readdirSync } from 'fs';
import { join } from 'path';
import { CloudFormationClient, ListStacksCommand } from '@aws-sdk/client-cloudformation';
import { Control, type Loss } from './control';
import { awsVariables, emulatorEnvironment, INTEG_ACCOUNT, INTEG_REGIONS } from './environment';
import { run } from './run';

const { copy } = emulatorEnvironment();
const APPS = readdirSync(join(copy, 'integ')).filter((file) => /^integ\..*\.ts$/.test(file));

let text: string;
let checks: number;
let losses: Loss[];

beforeAll(async () => {
  ({ text } = await run([
    'npx', 'integ-runner', '--directory', 'integ', '--language', 'typescript', '--app', 'npx tsx --tsconfig tsconfig.dev.json {filePath}',
    '--force', '--update-on-failed', '--no-update-workflow', '--parallel-regions', ...INTEG_REGIONS,
  ], { cwd: copy, env: awsVariables(emulatorEnvironment(), INTEG_ACCOUNT), seconds: 600 }));
  ({ checks, losses } = await new Control(INTEG_ACCOUNT).takeLosses());
}, 660_000);

test.each(APPS)('%s deploys, passes its assertions and is destroyed', (app) => {
  expect(resultsOf(app.replace(/\.ts$/, '')).filter((result) => !result.startsWith('SUCCESS'))).toEqual([]);
});

test('no record is lost in any step of the integ apps', () => {
  expect(firstOfEach(losses)).toEqual([]);
  expect(checks).toBeGreaterThan(APPS.length);
});

test('no stack remains', async () => {
  const names = await Promise.all(INTEG_REGIONS.map(async (region) => {
    const { StackSummaries: stacks = [] } = await new CloudFormationClient({ region }).send(new ListStacksCommand({}));
    return stacks.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').map(({ StackName }) => StackName);
  }));
  expect(names).toEqual(INTEG_REGIONS.map(() => ['CDKToolkit']));
});

/** The first loss of each data type of each instance. */
function firstOfEach(all: Loss[]): Loss[] {
  const first = new Map<string, Loss>();
  for (const loss of all) {
    const key = `${loss.instance} ${loss.resourceType}`;
    first.set(key, first.get(key) ?? loss);
  }
  return [...first.values()];
}

/** What integ-runner printed about the deployment of an app, or all of its output if it printed nothing. */
function resultsOf(app: string): string[] {
  const results = text.split(/^(?= {2}[A-Z]+ )|^(?=Running test |Test Results)/m)
    .map((part) => part.trim())
    .filter((part) => new RegExp(`^\\w+ +${app.replaceAll('.', '\\.')}-[A-Z]`).test(part)); // followed by the id of the IntegTest
  return results.length > 0 ? results : [text];
}

/**
 * `npx projen test:rules`: matches CloudTrail events against the rules of `DataStreamingAudit` with AWS Event Ruler, the engine of
 * Amazon EventBridge. Requires Java and Maven; without them, or if Maven's
 * repository cannot be reached, nothing is tested.
 */
import { execFileSync } from 'child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';
import { auditApps } from '../test/cloudtrail/audit-cases';
import { whyNotRun } from '../test/languages/availability';
import { java } from '../test/languages/java';

const RULER = join(resolve(__dirname, '..'), 'test', 'event-ruler');
const OUTPUT = join(resolve(__dirname, '..'), 'coverage', 'event-ruler');

void main();

async function main(): Promise<void> {
  const reason = await whyNotRun(java);
  if (reason) return console.log(`not run: ${reason}`);

  const [casesFile, classpathFile] = ['cases.json', 'classpath.txt'].map((name) => join(OUTPUT, name));
  mkdirSync(OUTPUT, { recursive: true });
  const apps = auditApps();
  writeFileSync(casesFile, JSON.stringify(apps));
  execFileSync('mvn', ['-q', '-B', '-f', join(RULER, 'pom.xml'), 'dependency:build-classpath', `-Dmdep.outputFile=${classpathFile}`], { stdio: 'inherit' });
  const results = JSON.parse(execFileSync('java', ['-cp', readFileSync(classpathFile, 'utf8'), join(RULER, 'MatchEvents.java'), casesFile], { encoding: 'utf8' })) as string[][][];

  let [passed, failed] = [0, 0];
  apps.forEach(({ name: app, cases }, appIndex) => cases.forEach(({ name, rule }, index) => {
    const [expected, actual] = [rule ?? 'no rule', results[appIndex][index].join(', ') || 'no rule'];
    if (expected === actual) {
      passed++;
    } else {
      failed++;
      console.error(`${app}: ${name}: expected ${expected}, got ${actual}`);
    }
  }));
  console.log(`Tests: ${failed > 0 ? `${failed} failed, ` : ''}${passed} passed, ${passed + failed} total`);
  process.exitCode = failed > 0 ? 1 : 0;
}

/**
 * `npm run test:languages`: packages the library for each language, publishes it in a local registry, builds the example app of
 * the language with it, and compares the template with the template of the TypeScript app on the same release of AWS CDK. A
 * malformed ARN must raise an exception of the language. If the tools of a language are not installed or its package registry
 * does not respond, the script only generates the code of the bindings, and reports that; with `--require python,java,go` it fails.
 */
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { parseArgs } from 'util';
import { LANGUAGES } from '../test/languages';
import { whyNotRun } from '../test/languages/availability';
import { ReferenceTemplates, testExampleApp } from '../test/languages/example-app';
import { jsiiPacmak, ROOT } from '../test/languages/jsii-pacmak';
import type { Language } from '../test/languages/language';
import { withLocalRegistry } from '../test/languages/local-registry';

/** The version of the packages of a clone. */
const VERSION = '0.0.0';

type Outcome = 'passed' | 'failed' | 'not run';

const required = parseArgs({ options: { require: { type: 'string', default: '' } } }).values.require.split(',').filter(Boolean);
const unknown = required.filter((name) => !LANGUAGES.some((language) => language.name === name));
if (unknown.length > 0) throw new Error(`--require must list languages of ${LANGUAGES.map(({ name }) => name).join(', ')}, got ${unknown.join(', ')}`);

void main();

async function main(): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'languages-'));
  try {
    const outcomes = await testAll(work);
    const count = (outcome: Outcome) => outcomes.filter((other) => other === outcome).length;
    console.log(`Tests:       ${count('failed')} failed, ${count('not run')} skipped, ${count('passed')} passed, ${outcomes.length} total`);
    process.exitCode = outcomes.includes('failed') ? 1 : 0;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

async function testAll(work: string): Promise<Outcome[]> {
  return withLocalRegistry(join(work, 'registry'), async (registry) => {
    const references = new ReferenceTemplates(join(work, 'references'), registry);
    const outcomes: Outcome[] = [];
    for (const language of LANGUAGES) {
      const [outcome, explanation] = await test(language).catch((error: Error): [Outcome, string] => ['failed', error.message]);
      console.log(`${language.name}: ${outcome}: ${explanation}`);
      outcomes.push(outcome);
    }
    return outcomes;

    async function test(language: Language): Promise<[Outcome, string]> {
      const reason = await whyNotRun(language);
      if (reason) {
        await jsiiPacmak(ROOT, language.target, join(work, 'code'), ['--code-only']);
        return [required.includes(language.name) ? 'failed' : 'not run', `${reason}; only the code of the bindings was generated`];
      }
      const dist = join(work, 'dist');
      const packages = language.packedAsCode
        ? await jsiiPacmak(ROOT, language.target, dist, ['--code-only'])
        : await jsiiPacmak(ROOT, language.target, dist, [], await language.preparePackaging?.(ROOT, registry));
      await language.publish(packages, registry);
      return ['passed', await testExampleApp(language, VERSION, join(work, language.name), registry, references)];
    }
  });
}

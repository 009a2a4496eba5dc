/**
 * `npm run release:rehearse`: releases the last commit from a temporary clone, with the tasks and the packaging jobs of the release
 * workflow, except the tests. Each language whose tools and package registry are available installs the release from a local
 * registry, builds its example app and synthesizes it. Then the next versions are released: a feature, and a breaking change,
 * which must be announced.
 */
import { mkdtempSync, rmSync } from 'fs';
import { tmpdir } from 'os';
import { join } from 'path';
import { LANGUAGES } from '../test/languages';
import { whyNotRun } from '../test/languages/availability';
import { ExampleApp, ReferenceTemplates, requireEqual, testExampleApp } from '../test/languages/example-app';
import { ROOT } from '../test/languages/jsii-pacmak';
import type { Language, LocalRegistry } from '../test/languages/language';
import { withLocalRegistry } from '../test/languages/local-registry';
import { typescript, update } from '../test/languages/typescript';
import { type Release, ReleaseClone } from '../test/release/release-clone';

/** A public property, and its new name. */
const PROPERTY = { file: 'src/data-streaming-audit.ts', before: 'public get rules()', after: 'public get eventRules()' };

/** Tasks that are not run: the tests, which run before each release anyway, and for the next versions also the generated files. */
const TESTS = ['test'];
const NEXT = [...TESTS, 'default', 'docgen'];

type Outcome = 'passed' | 'failed' | 'not run';
const outcomes: Outcome[] = [];

void main();

async function main(): Promise<void> {
  const work = mkdtempSync(join(tmpdir(), 'release-'));
  try {
    await withLocalRegistry(join(work, 'registry'), (registry) => releaseVersions(work, registry));
  } catch (error) {
    outcomes.push('failed');
    console.log(`failed: ${(error as Error).message}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  const count = (outcome: Outcome) => outcomes.filter((other) => other === outcome).length;
  console.log(`Tests:       ${count('failed')} failed, ${count('not run')} skipped, ${count('passed')} passed, ${outcomes.length} total`);
  process.exitCode = outcomes.includes('failed') ? 1 : 0;
}

async function releaseVersions(work: string, registry: LocalRegistry): Promise<void> {
  const clone = await ReleaseClone.create(ROOT, join(work, 'repository'), registry.npm);
  const isFirst = !await clone.hasReleases();

  const first = await clone.release(...TESTS);
  if (isFirst) requireVersion(first, '0.1.0');
  passed(`release ${first.version}: the release notes are the section of the changelog, with ${first.notes.split('\n').length} lines`);
  const references = new ReferenceTemplates(join(work, 'references'), registry);
  const packaged: Language[] = [];
  for (const language of LANGUAGES) if (await packageFor(language)) packaged.push(language);
  const test = async (language: Language) => passed(`${language.name}: ${await testExampleApp(language, first.version, join(work, language.name), registry, references)}`);
  await test(typescript); // the others are compared with it
  await Promise.all(packaged.filter((language) => language !== typescript).map(test));

  const app = await ExampleApp.install(typescript, join(work, 'app'), registry);
  const template = app.synthesize();
  const [minor, patch] = first.version.split('.').slice(1).map(Number);

  await clone.commitChange('README.md', '# cdk', '# CDK: cdk', 'docs: title');
  requireVersion({ version: await clone.nextVersion() }, first.version);
  passed('a commit that changes only the documentation is not released');

  const feature = `0.${minor}.${patch + 1}`;
  await clone.commitChange('CHANGELOG.md', '\n## ', `\n## ${feature}\n\nA feature.\n\n## `, 'feat: a feature');
  requireVersion(await clone.release(...NEXT), feature);
  await typescript.publish(await clone.package(typescript.target), registry);
  await update(app.folder, registry.npm);
  if ((await app.resolvedVersions()).library !== feature) throw new Error(`npm update must install ${feature}`);
  requireEqual(app.synthesize(), template);
  passed(`a feature is released as ${feature}, and the template of an app that moves from ${first.version} to ${feature} does not change`);

  const breaking = `0.${minor + 1}.0`;
  for (const version of [`0.${minor}.${patch + 2}`, breaking]) {
    await clone.commitChange('CHANGELOG.md', '\n## ', `\n## ${version}\n\nA renamed property.\n\n## `, 'docs: changelog');
  }
  await clone.commitChange(PROPERTY.file, PROPERTY.before, PROPERTY.after, 'fix: rename a property');
  await requireFailure(clone.release(...NEXT), ['DataStreamingAudit.rules', 'A breaking change must be announced']);
  passed('a property that was removed without announcement stops the release');

  await clone.amendMessage('fix: rename a property\n\nBREAKING CHANGE: use the new name');
  requireVersion(await clone.release(...NEXT), breaking);
  passed(`an announced breaking change is released as ${breaking}`);

  /** Packages the release for a language and publishes it in the local registry. Returns whether the language is available. */
  async function packageFor(language: Language): Promise<boolean> {
    const reason = await whyNotRun(language);
    if (reason) {
      outcomes.push('not run');
      console.log(`${language.name}: not run: ${reason}`);
      return false;
    }
    const environment = await language.preparePackaging?.(clone.folder, registry);
    await language.publish(await clone.package(language.target, environment), registry);
    return true;
  }
}

function passed(explanation: string): void {
  outcomes.push('passed');
  console.log(explanation);
}

function requireVersion({ version }: Pick<Release, 'version'>, expected: string): void {
  if (version !== expected) throw new Error(`the version must be ${expected}, got ${version}`);
}

async function requireFailure(action: Promise<unknown>, messages: readonly string[]): Promise<void> {
  const { message } = await action.then(() => new Error('a release'), (error: Error) => error);
  if (!messages.every((part) => message.includes(part))) throw new Error(`the release must fail with "${messages.join('" and "')}", got ${message}`);
}

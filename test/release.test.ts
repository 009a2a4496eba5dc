import { readFileSync } from 'fs';
import { join } from 'path';
import { packagingCommands, type ProjenTasks, releaseCommands } from './release/release-workflow';
import { releaseNotes } from '../scripts/changelog';

const ROOT = join(__dirname, '..');
const read = (file: string) => readFileSync(join(ROOT, file), 'utf8');

describe('the release notes', () => {
  const changelog = '# Changelog\n\nText.\n\n## 0.1.1\n\nA feature.\n\n## 0.1.0\n\nSee [costs](./docs/costs.md).\n\n### Limits\n\n- None.\n\n## Before 0.1.0\n\nOther changes.\n';

  test('are the section of the version, with absolute links', () => {
    expect(releaseNotes(changelog, '0.1.1')).toBe('A feature.\n');
    expect(releaseNotes(changelog, '0.1.0')).toBe(
      'See [costs](https://github.com/cdk-connect/cdk-connect-data-streaming/blob/v0.1.0/docs/costs.md).\n\n### Limits\n\n- None.\n',
    );
  });

  test('are required for each version', () => {
    expect(() => releaseNotes(changelog, '0.1')).toThrow('CHANGELOG.md must have a section "## 0.1" with the release notes for users, got "0.1.1", "0.1.0", "Before 0.1.0"');
    expect(() => releaseNotes('# Changelog\n\n## 0.1.0\n\n## Before 0.1.0\n', '0.1.0')).toThrow('must have a section');
  });

  test('of the first release explain what the library does, how to install it in each language, and its limits', () => {
    const notes = releaseNotes(read('CHANGELOG.md'), '0.1.0');
    const commands = [...read('README.md').matchAll(/^\| (?:TypeScript|Python|C#|Go) \| (`.*`) \|$/gm)].map(([, command]) => command);
    expect(commands).toHaveLength(4);
    for (const command of [...commands, 'io.github.cdkconnect:cdk-connect-data-streaming']) expect(notes).toContain(command);
    expect(notes).toMatch(/^The first release of AWS CDK constructs/);
    expect(notes).toContain('Limits of this release:');
    expect(notes).not.toMatch(/\]\(\.|\b(?:feat|fix|chore)\b/);
  });
});

describe('the commands of a release', () => {
  test('are those of the release task and of the build, without the tasks that are not run', () => {
    expect(releaseCommands(JSON.parse(read('.projen/tasks.json')) as ProjenTasks, ['test'])).toEqual([
      'rm -fr dist', 'npx projen bump', 'npx projen default', 'npx projen pre-compile', 'npx projen compile', 'npx projen docgen', 'npx projen compat',
      'npx projen package', 'npx projen unbump', 'git diff --ignore-space-at-eol --exit-code',
    ]);
  });

  test('that create the packages are those of the release workflow', () => {
    expect(packagingCommands(read('.github/workflows/release.yml'), 'python')).toEqual([
      'tar --strip-components=1 -xzvf dist/js/*.tgz -C .repo', 'mv dist dist.old', 'cd .repo && npx projen package:python', 'mv .repo/dist dist',
    ]);
  });

  test('must exist in the release workflow', () => {
    const workflow = 'jobs: { release_pypi: { steps: [{ id: extract_build_artifact, run: tar }] } }';
    expect(() => packagingCommands(workflow, 'python')).toThrow('the job release_pypi of the release workflow must have a step "move_build_artifact_out_of_the_way"');
  });
});

/**
 * `npx projen compat`: compares the API with the last release on npm. A breaking change must be announced in the message of a
 * commit since that release, so that the version increases accordingly, or be listed in `.compatignore` with a reason.
 */
import { execFileSync, spawnSync } from 'child_process';
import { resolve } from 'path';

const ROOT = resolve(__dirname, '..');
const BREAKING_CHANGES = 1; // the exit code of jsii-diff; others are errors of the comparison

const diff = [require.resolve('jsii-diff/bin/jsii-diff'), 'npm:cdk-connect-data-streaming', '--keys', '--ignore-file', '.compatignore'];
const { status } = spawnSync(process.execPath, diff, { cwd: ROOT, stdio: 'inherit' });
process.exitCode = status ?? 1;

if (status === BREAKING_CHANGES) {
  const commits = announcingCommits();
  if (commits) process.exitCode = 0;
  console.log(commits
    ? `The breaking changes are announced by:\n${commits}`
    : 'A breaking change must be announced with "BREAKING CHANGE: <migration>" in the commit message; or list it in .compatignore with the reason.');
}

function announcingCommits(): string {
  const git = (...args: string[]) => execFileSync('git', args, { cwd: ROOT, encoding: 'utf8' }).trim();
  const [lastRelease] = git('tag', '--list', 'v*', '--sort=-version:refname').split('\n');
  const range = lastRelease ? [`${lastRelease}..HEAD`] : [];
  return git('log', '--oneline', ...range, '--extended-regexp', '--grep', '^[a-z]+([(][^)]*[)])?!:', '--grep', '^BREAKING[ -]CHANGE:');
}

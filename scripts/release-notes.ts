/**
 * `npx projen release:notes`, which `npx projen bump` runs: replaces the release notes, which contain the subjects of all commits,
 * with the section of CHANGELOG.md.
 */
import { readFileSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';
import { releaseNotes } from './changelog';

const ROOT = resolve(__dirname, '..');
const version = readFileSync(join(ROOT, 'dist', 'version.txt'), 'utf8').trim();
writeFileSync(join(ROOT, 'dist', 'changelog.md'), releaseNotes(readFileSync(join(ROOT, 'CHANGELOG.md'), 'utf8'), version));

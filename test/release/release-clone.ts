import { cpSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'fs';
import { join } from 'path';
import { packagingCommands, type ProjenTasks, releaseCommands } from './release-workflow';
import { execute, succeeds } from '../languages/command';
import { GIT } from '../languages/git';
import { npmVariables } from '../languages/typescript';

export interface Release {
  readonly version: string;
  readonly notes: string;
}

/** A clone of the repository in which versions are released as the release workflow releases them. */
export class ReleaseClone {
  /** Clones a repository, with the uncommitted changes of its files and copies of its installed packages. */
  public static async create(repository: string, folder: string, npmRegistry: string): Promise<ReleaseClone> {
    await execute(repository, ['git', 'clone', '--quiet', repository, folder]);
    const copy = (...options: string[]) => ['cp', ...options, join(repository, 'node_modules'), folder];
    if (!succeeds(copy('-al'))) await execute(folder, copy('-a')); // hard links only work within a file system
    const clone = new ReleaseClone(folder, npmRegistry);
    await clone.commitUncommittedChanges(repository);
    return clone;
  }

  private packagingFolder?: string;

  private constructor(public readonly folder: string, private readonly npmRegistry: string) {}

  /** Changes a file and commits the result. */
  public async commitChange(file: string, before: string, after: string, message: string): Promise<void> {
    const path = join(this.folder, file);
    const content = readFileSync(path, 'utf8');
    if (!content.includes(before)) throw new Error(`${file} must contain "${before}", which is changed for the next version`);
    writeFileSync(path, content.replace(before, after));
    await this.git('commit', '--quiet', '--all', '--message', message);
  }

  public async amendMessage(message: string): Promise<void> {
    await this.git('commit', '--quiet', '--amend', '--message', message);
  }

  public async hasReleases(): Promise<boolean> {
    return (await this.git('tag', '--list', 'v*')).trim() !== '';
  }

  /** Runs the task of the release workflow, except some tasks that are part of it, and tags the version. */
  public async release(...except: string[]): Promise<Release> {
    this.packagingFolder = undefined;
    await this.git('checkout', '--quiet', '.'); // a release that failed leaves a version in package.json
    const tasks = JSON.parse(readFileSync(join(this.folder, '.projen', 'tasks.json'), 'utf8')) as ProjenTasks;
    await this.run(releaseCommands(tasks, except));
    const tag = this.read('releasetag.txt');
    if (!succeeds(['git', '-C', this.folder, 'rev-parse', '--quiet', '--verify', `refs/tags/${tag}`])) await this.git('tag', tag);
    return { version: this.read('version.txt'), notes: this.read('changelog.md') };
  }

  /** Returns the version that the next release would have. */
  public async nextVersion(): Promise<string> {
    await this.run(['npx projen bump', 'npx projen unbump']);
    return this.read('version.txt');
  }

  /** Runs the commands of the workflow job that packages the release for a language. Returns the folder of the packages. */
  public async package(target: string, environment: NodeJS.ProcessEnv = {}): Promise<string> {
    const job = this.packagingFolder ??= await this.createPackagingFolder();
    for (const folder of ['dist', 'dist.old']) rmSync(join(job, folder), { recursive: true, force: true });
    cpSync(join(this.folder, 'dist'), join(job, 'dist'), { recursive: true });
    const workflow = readFileSync(join(this.folder, '.github', 'workflows', 'release.yml'), 'utf8');
    for (const command of packagingCommands(workflow, target)) await execute(job, ['bash', '-ec', command], { ...this.environment, ...environment });
    renameSync(join(job, 'dist', target), join(job, target));
    return join(job, target);
  }

  /** A folder with the checkout `.repo`, as in the packaging jobs. The languages share it, so that jsii-rosetta translates the examples only once. */
  private async createPackagingFolder(): Promise<string> {
    const folder = `${this.folder}-packages-${this.read('version.txt')}`;
    mkdirSync(folder);
    await execute(folder, ['git', 'clone', '--quiet', this.folder, '.repo']);
    await execute(folder, ['ln', '-s', join(this.folder, 'node_modules'), '.repo']);
    return folder;
  }

  private async commitUncommittedChanges(repository: string): Promise<void> {
    const changes = await execute(repository, ['git', 'diff', 'HEAD', '--binary']);
    if (!changes) return;
    const patch = `${this.folder}.patch`;
    writeFileSync(patch, changes);
    await this.git('apply', '--index', patch);
    await this.git('commit', '--quiet', '--message', 'chore: uncommitted changes');
  }

  private read(file: string): string {
    return readFileSync(join(this.folder, 'dist', file), 'utf8').trim();
  }

  private get environment(): NodeJS.ProcessEnv {
    return { ...npmVariables(this.npmRegistry), CI: 'true' };
  }

  private async run(commands: readonly string[]): Promise<void> {
    for (const command of commands) await execute(this.folder, ['bash', '-ec', command], { ...this.environment, RELEASE: 'true' });
  }

  private async git(...args: string[]): Promise<string> {
    return execute(this.folder, [...GIT, ...args]);
  }
}

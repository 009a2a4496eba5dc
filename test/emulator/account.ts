import { randomBytes } from 'crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';
import {
  CloudFormationClient, DeleteStackCommand, DescribeStackEventsCommand, DescribeStacksCommand, ListStacksCommand,
} from '@aws-sdk/client-cloudformation';
import { AssumeRoleCommand, STSClient } from '@aws-sdk/client-sts';
import { App } from 'aws-cdk-lib';
import { Control } from './control';
import { awsVariables, emulatorEnvironment, REGION } from './environment';
import { type Output, run } from './run';
import type { Template } from '../../src/template/template';

const ROOT = resolve(__dirname, '..', '..');
const CDK = join(ROOT, 'node_modules', '.bin', 'cdk');

/** HTTP/1.1. The Kinesis client would use HTTP/2, which the emulator does not serve reliably. */
const { requestHandler } = new STSClient({ region: REGION }).config;

/** Changes a synthesized template, as a mistake or a manual change would. */
export type Edit = (template: Template) => void;

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

interface ClientConfig {
  readonly region: string;
  readonly credentials: Credentials;
  readonly requestHandler: typeof requestHandler;
}

/** An account of the emulator, in which a test deploys apps with the AWS CDK CLI. */
export class Account {
  public readonly control: Control;
  private readonly folder: string;
  private readonly cloudFormation: CloudFormationClient;

  constructor(public readonly id: string) {
    this.control = new Control(id);
    mkdirSync(join(ROOT, 'coverage'), { recursive: true });
    this.folder = mkdtempSync(join(ROOT, 'coverage', 'account-'));
    this.cloudFormation = this.client(CloudFormationClient);
  }

  /** A client with the credentials of the root user, or with those of a role. */
  public client<T>(type: new (config: ClientConfig) => T, credentials = this.rootCredentials): T {
    return new type({ region: REGION, credentials, requestHandler });
  }

  /** The credentials of a session of a role. */
  public async assume(roleArn: string): Promise<Credentials> {
    const { Credentials: session } = await this.client(STSClient).send(new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'test' }));
    return { accessKeyId: session!.AccessKeyId!, secretAccessKey: session!.SecretAccessKey!, sessionToken: session!.SessionToken! };
  }

  public async bootstrap(): Promise<void> {
    const { exitCode, text } = await this.cdk('bootstrap', `aws://${this.id}/${REGION}`, '--output', join(this.folder, 'bootstrap'));
    if (exitCode !== 0) throw new Error(text);
  }

  /** Deploys all stacks of an app. A deployment that fails rolls back. */
  public async deploy(define: (app: App) => void, edit?: Edit): Promise<Output> {
    const outdir = join(this.folder, 'cdk.out');
    rmSync(outdir, { recursive: true, force: true });
    const app = new App({ outdir });
    define(app);
    app.synth();
    if (edit) editTemplates(outdir, edit);
    return this.cdk('deploy', '--all', '--app', outdir, '--require-approval', 'never', '--method', 'direct', '--progress', 'events');
  }

  /** Deletes stacks one after the other. Returns their states. */
  public async delete(...stackNames: string[]): Promise<string[]> {
    const states = [];
    for (const name of stackNames) {
      const [stack] = await this.stacks(name);
      if (!stack) continue;
      await this.cloudFormation.send(new DeleteStackCommand({ StackName: stack.StackId }));
      let state;
      do {
        await new Promise((done) => setTimeout(done, 200));
        state = (await this.stacks(stack.StackId!))[0].StackStatus!;
      } while (state.endsWith('IN_PROGRESS'));
      states.push(state);
    }
    return states;
  }

  public async stackNames(): Promise<string[]> {
    const { StackSummaries: stacks = [] } = await this.cloudFormation.send(new ListStacksCommand({}));
    return stacks.filter(({ StackStatus }) => StackStatus !== 'DELETE_COMPLETE').map(({ StackName }) => StackName!);
  }

  public async stackStatus(name: string): Promise<string | undefined> {
    return (await this.stacks(name))[0]?.StackStatus;
  }

  public async outputs(stackName: string): Promise<Record<string, string>> {
    const [{ Outputs = [] }] = await this.stacks(stackName);
    return Object.fromEntries(Outputs.map(({ OutputKey, OutputValue }) => [OutputKey!, OutputValue!]));
  }

  /** The reasons of the events of a stack, as a user reads them in the console. */
  public async reasons(stackName: string): Promise<string[]> {
    const { StackEvents = [] } = await this.cloudFormation.send(new DescribeStackEventsCommand({ StackName: stackName }));
    return StackEvents.map(({ ResourceStatusReason }) => ResourceStatusReason ?? '').filter(Boolean);
  }

  public cdk(...args: string[]): Promise<Output> {
    return run([CDK, ...args], { cwd: this.folder, env: this.variables, seconds: 180 });
  }

  public get variables(): Record<string, string> {
    return awsVariables(emulatorEnvironment(), this.id);
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  private get rootCredentials(): Credentials {
    return { accessKeyId: this.id, secretAccessKey: 'example' };
  }

  private async stacks(name: string) {
    try {
      return (await this.cloudFormation.send(new DescribeStacksCommand({ StackName: name }))).Stacks ?? [];
    } catch (error) {
      if (/does not exist/.test((error as Error).message)) return [];
      throw error;
    }
  }
}

/** The AWS CDK CLI does not upload a template whose hash it has uploaded before, so an edited template also needs another hash. */
function editTemplates(outdir: string, edit: Edit): void {
  const rewrite = (file: string, change: (content: string) => string) => writeFileSync(join(outdir, file), change(readFileSync(join(outdir, file), 'utf8')));
  for (const file of readdirSync(outdir).filter((name) => name.endsWith('.template.json'))) {
    const assets = file.replace('.template.json', '.assets.json');
    const { files } = JSON.parse(readFileSync(join(outdir, assets), 'utf8')) as { files: Record<string, { source: { path: string } }> };
    const [hash] = Object.entries(files).find(([, { source }]) => source.path === file)!;
    const other = randomBytes(32).toString('hex');
    rewrite(file, (content) => {
      const template = JSON.parse(content) as Template;
      edit(template);
      return JSON.stringify(template);
    });
    for (const name of [assets, 'manifest.json']) rewrite(name, (content) => content.replaceAll(hash, other));
  }
}

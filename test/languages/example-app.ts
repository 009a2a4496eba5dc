import { spawnSync } from 'child_process';
import { cpSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { isDeepStrictEqual } from 'util';
import { ROOT } from './jsii-pacmak';
import type { Language, LocalRegistry, ResolvedVersions } from './language';
import { typescript } from './typescript';
import type { Template } from '../../src/template/template';

const STACK = 'ContactCenterData';
const WRONG_ARN = 'arn:aws:connect:us-east-1:111122223333:queue/aaaaaaaa-bbbb-cccc-dddd-111111111111';
const MESSAGE = `${STACK}/Instance: instanceArn must be the ARN of an Amazon Connect instance, got "${WRONG_ARN}"`;

/** The example app of a language in a folder of its own, with the library from the local registry. */
export class ExampleApp {
  public static async install(language: Language, folder: string, registry: LocalRegistry, cdkRelease?: string): Promise<ExampleApp> {
    cpSync(join(ROOT, 'examples', language.name), folder, { recursive: true });
    if (cdkRelease) requireCdkRelease(folder, cdkRelease);
    return new ExampleApp(language, folder, await language.install(folder, registry));
  }

  private constructor(
    private readonly language: Language,
    public readonly folder: string,
    private readonly environment: NodeJS.ProcessEnv,
  ) {}

  public async resolvedVersions(): Promise<ResolvedVersions> {
    return this.language.resolvedVersions(this.folder, this.environment);
  }

  public synthesize(): Template {
    const { status, output } = this.synth();
    if (status !== 0) throw new Error(`the app does not synthesize:\n${output}`);
    return JSON.parse(readFileSync(join(this.folder, 'cdk.out', `${STACK}.template.json`), 'utf8')) as Template;
  }

  /** Checks that a malformed ARN raises an exception of the language with the message of the library. Returns the exception. */
  public requireException(): string {
    const { exception } = this.language;
    const { status, output } = this.synth('--context', `instanceArn=${WRONG_ARN}`);
    if (status === 0 || !output.includes(MESSAGE) || !exception.test(output)) {
      throw new Error(`a malformed ARN does not raise ${String(exception)} with the message of the library:\n${output}`);
    }
    return exception.exec(output)![0];
  }

  private synth(...args: string[]): { status: number | null; output: string } {
    const cdk = [require.resolve('aws-cdk/bin/cdk'), 'synth', '--quiet', '--no-notices', '--no-version-reporting'];
    const { status, stdout, stderr } = spawnSync(process.execPath, [...cdk, ...args], {
      cwd: this.folder,
      encoding: 'utf8',
      // The app has its own tsconfig.json.
      env: { ...process.env, ...this.environment, CDK_DISABLE_CLI_TELEMETRY: 'true', TSX_TSCONFIG_PATH: undefined },
    });
    return { status, output: stdout + stderr };
  }
}

/** Templates of the TypeScript app, by release of AWS CDK. Other languages can resolve another release, for example if a registry lacks the oldest. */
export class ReferenceTemplates {
  private readonly templates = new Map<string, Promise<Template>>();

  public constructor(private readonly folder: string, private readonly registry: LocalRegistry) {}

  public async get(cdkRelease: string): Promise<Template> {
    const template = this.templates.get(cdkRelease) ?? this.synthesize(cdkRelease);
    this.templates.set(cdkRelease, template);
    return template;
  }

  public add(cdkRelease: string, template: Template): void {
    this.templates.set(cdkRelease, Promise.resolve(template));
  }

  private async synthesize(cdkRelease: string): Promise<Template> {
    const app = await ExampleApp.install(typescript, join(this.folder, `typescript-${cdkRelease}`), this.registry, cdkRelease);
    return app.synthesize();
  }
}

/** Tests the example app of a language with a version of the library from the local registry. Returns an explanation of the result. */
export async function testExampleApp(
  language: Language, version: string, folder: string, registry: LocalRegistry, references: ReferenceTemplates,
): Promise<string> {
  const app = await ExampleApp.install(language, folder, registry);
  const { library, cdk } = await app.resolvedVersions();
  if (library !== version) throw new Error(`the app must resolve ${version} of the library, got ${library}`);

  const template = app.synthesize();
  if (language === typescript) references.add(cdk, template);
  requireEqual(template, await references.get(cdk));
  const exception = app.requireException();
  return `${version} with AWS CDK ${cdk}: ${Object.keys(template.Resources).length} resources as in TypeScript; a malformed ARN raises "${exception}…"`;
}

export function requireEqual(actual: Template, expected: Template): void {
  const ids = new Set([...Object.keys(actual.Resources), ...Object.keys(expected.Resources)]);
  const different = [...ids].filter((id) => !isDeepStrictEqual(actual.Resources[id], expected.Resources[id]));
  if (different.length > 0) throw new Error(`resources differ: ${different.join(', ')}`);
  if (!isDeepStrictEqual(actual, expected)) throw new Error('the templates differ, although the resources are equal');
}

function requireCdkRelease(app: string, release: string): void {
  const file = join(app, 'package.json');
  const manifest = JSON.parse(readFileSync(file, 'utf8')) as { dependencies: Record<string, string> };
  writeFileSync(file, JSON.stringify({ ...manifest, dependencies: { ...manifest.dependencies, 'aws-cdk-lib': release, 'constructs': '^10.5.0' } }));
}

import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'fs';
import { basename, join } from 'path';
import { execute } from './command';
import { theOnlyFile } from './files';
import { jsiiPacmak, ROOT } from './jsii-pacmak';
import { type Assembly, type MissingPackage, missingPackages, npmPackageOf } from './nuget-restore';
import { installedVersion } from '../../scripts/installed-version';

/**
 * A folder of NuGet packages that is used beside the user's package sources. Packages of AWS CDK that these sources lack are
 * generated from the npm packages, as AWS generates them.
 */
export class NugetFolder {
  public readonly packages: string;
  private readonly generated = new Set<string>();

  /** `library` is the folder of the compiled library, whose assembly names the packages that can be generated. */
  public constructor(private readonly folder: string, private readonly library: string, private readonly install = installNpmPackage) {
    this.packages = join(folder, 'packages');
    mkdirSync(this.packages, { recursive: true });
  }

  public get environment(): NodeJS.ProcessEnv {
    return dotnetVariables(this.folder, this.packages);
  }

  /** Adds the package of an assembly, which jsii-pacmak created in a folder. */
  public add(dist: string): void {
    for (const file of readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.nupkg'))) {
      cpSync(join(dist, file), join(this.packages, basename(file)));
    }
  }

  /** Generates the packages that are required to package a library. */
  public async providePackagesFor(library = this.library): Promise<void> {
    const code = await jsiiPacmak(library, 'dotnet', this.scratchFolder('code'), ['--code-only']);
    const [project] = readdirSync(code);
    await this.restore(theOnlyFile(join(code, project), '.csproj'));
  }

  /** Restores a project. Generates the packages that no source contains until nothing is missing. */
  public async restore(project: string): Promise<void> {
    for (let output = await this.failureOfRestore(project); output !== undefined; output = await this.failureOfRestore(project)) {
      const missing = missingPackages(output).filter((item) => !this.generated.has(key(item)));
      if (missing.length === 0) throw new Error(`${basename(project)} cannot be restored:\n${output}`);
      for (const item of missing) await this.generate(item);
    }
  }

  private async failureOfRestore(project: string): Promise<string | undefined> {
    return execute(this.folder, ['dotnet', 'restore', '--force', project], this.environment).then(() => undefined, (error: Error) => error.message);
  }

  private async generate(missing: MissingPackage): Promise<void> {
    this.generated.add(key(missing));
    const name = npmPackageOf(JSON.parse(readFileSync(join(this.library, '.jsii'), 'utf8')) as Assembly, missing.id);
    if (!name) throw new Error(`no package source contains ${key(missing)}, and it cannot be generated: no npm package that the library depends on has this packageId`);

    const { version = installedVersion(ROOT, name) } = missing;
    console.log(`csharp: no package source contains ${missing.id} ${version}, so it is generated from ${name}@${version}`);
    const library = await this.install(name, version, this.scratchFolder('npm'));
    await this.providePackagesFor(library);
    this.add(await jsiiPacmak(library, 'dotnet', this.scratchFolder('dist'), [], this.environment));
  }

  private scratchFolder(name: string): string {
    return mkdtempSync(join(this.folder, `${name}-`));
  }
}

/** Environment variables for .NET commands. MSBuild reads properties from them, also when jsii-pacmak starts it. */
export function dotnetVariables(folder: string, packageSource?: string): NodeJS.ProcessEnv {
  return {
    RestoreAdditionalProjectSources: packageSource,
    NUGET_PACKAGES: join(folder, 'cache'), // the user's packages may contain another package with this version
    DOTNET_CLI_TELEMETRY_OPTOUT: 'true',
    DOTNET_CLI_UI_LANGUAGE: 'en',
    DOTNET_NOLOGO: 'true',
    MSBUILDDISABLENODEREUSE: '1', // no process remains that uses the folder
    UseSharedCompilation: 'false',
  };
}

function key({ id, version = '(any version)' }: MissingPackage): string {
  return `${id} ${version}`;
}

async function installNpmPackage(name: string, version: string, folder: string): Promise<string> {
  writeFileSync(join(folder, 'package.json'), '{ "private": true }');
  await execute(folder, ['npm', 'install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', `${name}@${version}`]);
  return join(folder, 'node_modules', name);
}

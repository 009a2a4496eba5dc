import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'fs';
import { tmpdir } from 'os';
import { delimiter, join, resolve } from 'path';
import { whyNotRun, firstProblem } from './languages/availability';
import { csharp } from './languages/csharp';
import { go } from './languages/go';
import type { Language } from './languages/language';
import { NugetFolder } from './languages/nuget-folder';
import { missingPackages, npmPackageOf, resolvedVersion } from './languages/nuget-restore';

const PROJECT = '/app/ContactCenter.csproj';
const ASSEMBLY = {
  dependencyClosure: {
    '@aws-cdk/asset-awscli-v1': { targets: { dotnet: { packageId: 'Amazon.CDK.Asset.AwsCliV1' } } },
    'constructs': { targets: { dotnet: { packageId: 'Constructs' } } },
    'typescript-only': { targets: {} },
  },
};

let folder: string;
const { PATH } = process.env;
beforeEach(() => { folder = mkdtempSync(join(tmpdir(), 'languages-test-')); });
afterEach(() => {
  process.env.PATH = PATH;
  rmSync(folder, { recursive: true });
});

describe('the output of dotnet restore', () => {
  test('names a package of which the sources have only other versions', () => {
    const output = [
      `${PROJECT} : error NU1102: Unable to find package Constructs with version (>= 10.5.0 && < 11.0.0)`,
      `${PROJECT} : error NU1102:   - Found 1 version(s) in company [ Nearest version: 10.0.5 ]`,
      `${PROJECT} : error NU1102:   - Found 0 version(s) in /registry/packages`,
    ].join('\n');
    expect(missingPackages(output)).toEqual([{ id: 'Constructs', version: '10.5.0' }]);
  });

  test('names a package that the sources do not have at all', () => {
    const output = `${PROJECT} : error NU1101: Unable to find package Amazon.CDK.Asset.AwsCliV1. No packages exist with this id in source(s): company, local`;
    expect(missingPackages(output)).toEqual([{ id: 'Amazon.CDK.Asset.AwsCliV1', version: undefined }]);
  });

  test('names a package of which the sources have only previews', () => {
    const output = `${PROJECT} : error NU1103: Unable to find a stable package Amazon.CDK.Lib with version (>= 2.257.0)`;
    expect(missingPackages(output)).toEqual([{ id: 'Amazon.CDK.Lib', version: '2.257.0' }]);
  });

  test('names each package once, also if MSBuild repeats the errors', () => {
    const errors = [
      `${PROJECT} : error NU1102: Unable to find package Amazon.CDK.Asset.AwsCliV1 with version (>= 2.2.292 && < 2.2.293) [/app/JsiiBuild.sln]`,
      `${PROJECT} : error NU1102:   - Found 5 version(s) in company [ Nearest version: 2.2.294 ] [/app/JsiiBuild.sln]`,
      `${PROJECT} : error NU1102: Unable to find package Constructs with version (= 10.5.0) [/app/JsiiBuild.sln]`,
    ].join('\n');
    expect(missingPackages(`${errors}\n\nBuild FAILED.\n\n${errors}\n    0 Warning(s)\n    3 Error(s)\n`))
      .toEqual([{ id: 'Amazon.CDK.Asset.AwsCliV1', version: '2.2.292' }, { id: 'Constructs', version: '10.5.0' }]);
  });

  test('names nothing if a source cannot be reached or another version was resolved', () => {
    expect(missingPackages([
      `${PROJECT} : error NU1301: Unable to load the service index for source http://127.0.0.1:9/index.json.`,
      `${PROJECT} : warning NU1603: ContactCenter depends on Amazon.CDK.Lib (>= 2.257.0) but Amazon.CDK.Lib 2.257.0 was not found. Amazon.CDK.Lib 2.267.0 was resolved instead.`,
    ].join('\n'))).toEqual([]);
  });
});

test('the npm package from which a NuGet package is generated is the dependency with this packageId', () => {
  expect(npmPackageOf(ASSEMBLY, 'Amazon.CDK.Asset.AwsCliV1')).toBe('@aws-cdk/asset-awscli-v1');
  expect(npmPackageOf(ASSEMBLY, 'amazon.cdk.asset.awscliv1')).toBe('@aws-cdk/asset-awscli-v1');
  expect(npmPackageOf(ASSEMBLY, 'Amazon.JSII.Runtime')).toBeUndefined();
});

test('the release of AWS CDK for C# is the one in obj/project.assets.json', () => {
  const libraries = { 'Amazon.CDK.Lib/2.267.0': { type: 'package' }, 'Amazon.JSII.Runtime/1.140.0': { type: 'package' } };
  expect(resolvedVersion({ libraries }, 'Amazon.CDK.Lib')).toBe('2.267.0');
  expect(() => resolvedVersion({ libraries }, 'Constructs')).toThrow('must contain Constructs, got Amazon.CDK.Lib/2.267.0, Amazon.JSII.Runtime/1.140.0');
});

describe('NuGet packages that no package source contains', () => {
  test('are generated from the npm packages until a project can be restored, with the generated packages as a source', async () => {
    installDotnet('Constructs 10.5.0');
    const nuget = newNugetFolder();
    await nuget.restore(PROJECT);
    expect(readdirSync(nuget.packages)).toEqual(['Constructs.10.5.0.nupkg']);
  });

  test('are reported if they are not generated from an npm package', async () => {
    installDotnet('Amazon.JSII.Runtime 1.140.0');
    await expect(newNugetFolder().restore(PROJECT)).rejects.toThrow(/no package source contains Amazon\.JSII\.Runtime 1\.140\.0, and it cannot be generated/);
  });

  test('are reported if the generated package does not satisfy the requirement', async () => {
    installDotnet('Constructs 10.4.0'); // the folder of npm packages contains 10.5.0 only
    await expect(newNugetFolder().restore(PROJECT)).rejects.toThrow(/ContactCenter\.csproj cannot be restored:[^]*NU1102: Unable to find package Constructs with version \(>= 10\.4\.0\)/);
  });
});

/** Uses the installed npm packages in place of the npm registry. */
function newNugetFolder(): NugetFolder {
  const library = join(folder, 'library');
  mkdirSync(library);
  writeFileSync(join(library, '.jsii'), JSON.stringify(ASSEMBLY));
  return new NugetFolder(join(folder, 'nuget'), library, async (name) => resolve(__dirname, '..', 'node_modules', name));
}

/**
 * Installs a `dotnet` command that restores ContactCenter.csproj only if the additional source contains a package, and creates an
 * empty package of each project that jsii-pacmak generates.
 */
function installDotnet(requirement: string): void {
  const [id, version] = requirement.split(' ');
  installCommand('dotnet', `
    case "$1" in
      restore)
        case "$*" in *ContactCenter.csproj) ;; *) exit 0 ;; esac
        test -f "$RestoreAdditionalProjectSources/${id}.${version}.nupkg" && exit 0
        echo "$3 : error NU1102: Unable to find package ${id} with version (>= ${version})"
        exit 1 ;;
      build)
        test -d "$RestoreAdditionalProjectSources" || exit 1
        for project in */*.csproj; do
          version=$(sed -n 's:.*<PackageVersion>\\(.*\\)</PackageVersion>.*:\\1:p' "$project")
          mkdir -p "$(dirname "$project")/bin/Release"
          touch "$(dirname "$project")/bin/Release/$(basename "$project" .csproj).$version.nupkg"
        done ;;
    esac`);
}

function installCommand(name: string, script: string): void {
  const bin = join(folder, 'bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`);
  chmodSync(join(bin, name), 0o755);
  process.env.PATH = [bin, PATH].join(delimiter);
}

describe('a language is not run', () => {
  const language = (changes: Partial<Language>): Language => ({ ...go, tools: [['node', '--version']], requestRuntime: async () => undefined, ...changes });

  test('if a tool is missing', async () => {
    const tools = [['node', '--version'], ['command-that-does-not-exist'], ['false']];
    expect(await whyNotRun(language({ tools }))).toBe('this machine has no command-that-does-not-exist and no false');
  });

  test('if its package registry cannot be reached', async () => {
    const requestRuntime = async () => Promise.reject(new Error('failed: go list\ngo: dial tcp 127.0.0.1:9: connect: connection refused\n'));
    expect(await whyNotRun(language({ requestRuntime }))).toBe('the package registry cannot be reached: go: dial tcp 127.0.0.1:9: connect: connection refused');
  });

  test('if no NuGet source responds, or none contains the jsii runtime', async () => {
    installCommand('dotnet', 'echo "Probe.csproj : error NU1301: Unable to load the service index for source http://127.0.0.1:9/index.json."; test "$1" != restore');
    expect(await whyNotRun(csharp)).toMatch(/^the package registry cannot be reached: Probe\.csproj : error NU1301: Unable to load/);
    installCommand('dotnet', 'echo "error NU1101: Unable to find package Amazon.JSII.Runtime. No packages exist with this id in source(s): company"; test "$1" != restore');
    expect(await whyNotRun(csharp)).toMatch(/^the package registry cannot be reached: error NU1101/);
  });

  test('if the NuGet sources do not respond in time', async () => {
    installCommand('dotnet', 'test "$1" != restore || exec sleep 30');
    expect(await whyNotRun(csharp, 1)).toMatch(/^the package registry cannot be reached: no answer within 1 seconds: dotnet restore/);
  });
});

test('a language is run if its tools are installed and its package registry responds', async () => {
  installCommand('dotnet', 'exit 0');
  expect(await whyNotRun(csharp)).toBeUndefined();
  installCommand('dotnet', 'echo "error NU1202: Package Amazon.JSII.Runtime is not compatible with net6.0"; test "$1" != restore');
  expect(await whyNotRun(csharp)).toBeUndefined();
});

test('the reason is the first line that names a problem, without the command', () => {
  expect(firstProblem('failed: mvn dependency:get\n[INFO] error counts\n\n\u001b[0m[ERROR] Could not transfer artifact\n')).toBe('[ERROR] Could not transfer artifact');
  expect(firstProblem('')).toBe('no message');
});

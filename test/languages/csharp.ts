import { readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { execute } from './command';
import type { Language, LocalRegistry } from './language';
import { dotnetVariables, NugetFolder } from './nuget-folder';
import { type AssetsFile, missingPackages, resolvedVersion } from './nuget-restore';

const PROJECT = 'src/ContactCenter';
/** A project without framework references, which would be other packages. */
const PROBE = '<Project Sdk="Microsoft.NET.Sdk"><PropertyGroup><TargetFramework>net6.0</TargetFramework>'
  + '<DisableImplicitFrameworkReferences>true</DisableImplicitFrameworkReferences></PropertyGroup>'
  + '<ItemGroup><PackageReference Include="Amazon.JSII.Runtime" Version="1.*" /></ItemGroup></Project>';

const folders = new WeakMap<LocalRegistry, NugetFolder>();

export const csharp: Language = {
  name: 'csharp',
  target: 'dotnet',
  tools: [['dotnet', '--version']],
  exception: /^Unhandled exception\. [\w.]+: /m,

  async requestRuntime(folder, seconds) {
    const project = join(folder, 'Probe.csproj');
    writeFileSync(project, PROBE);
    await execute(folder, ['dotnet', 'restore', project], dotnetVariables(folder), seconds).catch((error: Error) => {
      if (isUnavailable(error)) throw error;
    });
  },

  async preparePackaging(library, registry) {
    const nuget = new NugetFolder(join(registry.folder, 'nuget'), library);
    folders.set(registry, nuget);
    await nuget.providePackagesFor();
    return nuget.environment;
  },

  publish: async (packages, registry) => folders.get(registry)!.add(packages),

  async install(app, registry) {
    const nuget = folders.get(registry)!;
    await nuget.restore(join(app, PROJECT, 'ContactCenter.csproj'));
    await execute(app, ['dotnet', 'build', '--verbosity', 'quiet', PROJECT], nuget.environment);
    return nuget.environment;
  },

  async resolvedVersions(app) {
    const assets = JSON.parse(readFileSync(join(app, PROJECT, 'obj', 'project.assets.json'), 'utf8')) as AssetsFile;
    return { library: resolvedVersion(assets, 'CdkConnect.DataStreaming'), cdk: resolvedVersion(assets, 'Amazon.CDK.Lib') };
  },
};

/** Whether no source responded in time (NU1301), or no source contains the package. Other errors show that a source responded. */
function isUnavailable({ message }: Error): boolean {
  return /no answer within|NU1301/.test(message) || missingPackages(message).length > 0;
}

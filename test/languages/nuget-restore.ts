/** A package that `dotnet restore` did not find in any source. */
export interface MissingPackage {
  readonly id: string;
  /** The lowest version that satisfies the requirement. NuGet does not report it if the sources contain no version at all. */
  readonly version?: string;
}

/**
 * Returns the packages that are missing according to the output of `dotnet restore`: NU1101 (no version of the package exists),
 * NU1102 and NU1103 (no version satisfies the requirement).
 */
export function missingPackages(output: string): MissingPackage[] {
  const missing = new Map<string, MissingPackage>();
  for (const [, id, requirement = ''] of output.matchAll(/error NU110[123]: Unable to find (?:a stable )?package ([\w.-]+?)(?: with version \(([^)]*)\)|\. )/g)) {
    const version = /\d+(?:\.\d+)+(?:-[\w.]+)?/.exec(requirement)?.[0];
    missing.set(`${id} ${version}`, { id, version });
  }
  return [...missing.values()];
}

/** The assets file that `dotnet restore` writes: `obj/project.assets.json`. */
export interface AssetsFile {
  readonly libraries: Record<string, unknown>;
}

/** Returns the version of a package that NuGet resolved. */
export function resolvedVersion({ libraries }: AssetsFile, id: string): string {
  const library = Object.keys(libraries).find((name) => name.toLowerCase().startsWith(`${id.toLowerCase()}/`));
  if (!library) throw new Error(`obj/project.assets.json must contain ${id}, got ${Object.keys(libraries).join(', ')}`);
  return library.slice(id.length + 1);
}

/** The part of a jsii assembly that names the packages of its dependencies in other languages. */
export interface Assembly {
  readonly dependencyClosure?: Record<string, { readonly targets?: { readonly dotnet?: { readonly packageId: string } } }>;
}

/** Returns the npm package from which a NuGet package is generated. */
export function npmPackageOf({ dependencyClosure = {} }: Assembly, id: string): string | undefined {
  return Object.keys(dependencyClosure).find((name) => dependencyClosure[name].targets?.dotnet?.packageId.toLowerCase() === id.toLowerCase());
}

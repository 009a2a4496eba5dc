import type { Command } from './command';

/** A local registry of each language, in which the packages of the library are published. */
export interface LocalRegistry {
  /** The folder that contains the registries of all languages except npm. */
  readonly folder: string;
  /** The URL of the npm registry. */
  readonly npm: string;
}

/** A programming language, and how an app in this language uses the package of the library. */
export interface Language {
  readonly name: string;
  /** The name of the jsii target. */
  readonly target: string;
  /** Commands that succeed if the tools of the language are installed. */
  readonly tools: readonly Command[];
  /** The exception that an error of the library raises in the language. */
  readonly exception: RegExp;
  /** Whether the package is source code that the app compiles. */
  readonly packedAsCode?: boolean;
  /** Requests the jsii runtime, which each app in the language requires, from the package registry. */
  requestRuntime(folder: string, seconds: number): Promise<unknown>;
  /** Provides packages that are required to package the library. Returns the environment variables for that. */
  preparePackaging?(library: string, registry: LocalRegistry): Promise<NodeJS.ProcessEnv>;
  /** Publishes the package of the library in the local registry. */
  publish(packages: string, registry: LocalRegistry): Promise<void>;
  /** Installs the library from the local registry as the documentation describes, and builds the app. Returns its environment variables. */
  install(app: string, registry: LocalRegistry): Promise<NodeJS.ProcessEnv>;
  /** Returns the versions that the app resolved. */
  resolvedVersions(app: string, environment: NodeJS.ProcessEnv): Promise<ResolvedVersions>;
}

export interface ResolvedVersions {
  readonly library: string;
  readonly cdk: string;
}

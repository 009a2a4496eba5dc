import { awscdk, github, javascript, JsonFile, JsonPatch, TextFile, typescript } from 'projen';

/**
 * The floor of `aws-cdk-lib`. The snapshots in `integ/` need a cloud assembly that `@aws-cdk/integ-runner`
 * reads (up to schema 53, which 2.245 to 2.257 write), and the newest cdk-nag needs 2.257 or later: 2.257.0 is the one
 * release that serves both. `test:newest` runs the unit tests on the newest release too.
 */
const CDK_FLOOR = '2.257.0';

/** Tests that play many deployments and apps, run engines or need the integ apps; the others take seconds. */
const SLOW_TESTS = '/test/(import-associations|simulation.*|permissions|properties|integ-templates|contact-records-queries|nag|agent-events-consumer)[.]test[.]ts';

/** What the tool chains of the languages leave in the examples. */
const EXAMPLE_OUTPUT = ['.venv/', '__pycache__/', 'examples/java/target/', 'examples/csharp/**/bin/', 'examples/csharp/**/obj/'];

const project = new awscdk.AwsCdkConstructLibrary({
  name: 'cdk-connect-data-streaming',
  description: 'AWS CDK constructs that turn on Amazon Connect data streaming to Kinesis and Firehose, with the key policy in place first.',
  author: 'cdk-connect',
  authorAddress: 'https://github.com/cdk-connect',
  authorOrganization: true,
  repositoryUrl: 'https://github.com/cdk-connect/cdk-connect-data-streaming',
  license: 'Apache-2.0',
  keywords: ['aws', 'cdk', 'aws-cdk', 'amazon-connect', 'contact-center', 'kinesis', 'firehose', 'kms', 'data-streaming'],
  defaultReleaseBranch: 'main',
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
  minNodeVersion: '20.0.0',
  workflowNodeVersion: '22',
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
    '@aws-sdk/client-connect@^3', // the SDK of the Lambda runtime, for the rehearsal of deployments
    '@aws-sdk/client-dynamodb@^3', // for the function of examples/agent-events-consumer
    '@aws-sdk/client-kms@^3',
    '@cloud-copilot/iam-simulate@^0.1.173', // evaluates IAM and key policies; AGPL, so never more than a development dependency
    '@duckdb/node-api@1.5.5-r.5', // exact: of some releases not every platform's package is in every registry, and then `npm ci` refuses the lock file
    '@stryker-mutator/core@^9',
    '@stryker-mutator/jest-runner@^9',
    'aws-cdk@^2.1115.1', // the CLI that `npm run demo` synthesises with
    'cdk-nag@^3.0.2',
    'dt-sql-parser@^4.5.1', // has the grammar of Trino, which is Athena's
    'eslint-plugin-cdk@npm:eslint-cdk-plugin@^3.4.9', // the alias is the name that eslint's `plugins` can find
    'fast-check@^4',
    'yaml@^2', // the CDK CLI sends templates to CloudFormation as YAML
  ],

  integrationTestAutoDiscover: false, // the integ apps live in `integ/`, not below `test/`
  eslintOptions: {
    projectService: false, // it looks for a tsconfig.json in each folder
    tsconfigPath: './tsconfig.dev.json',
    dirs: ['src'],
    devdirs: ['test', 'integ', 'examples', 'scripts'],
    commandOptions: { fix: false }, // a check that mends what it finds can't fail
  },
  tsconfig: { compilerOptions: { inlineSourceMap: false, inlineSources: false } }, // with them, the code weighs four times as much
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    include: ['.projenrc.ts'],
    exclude: ['lib', 'dist', 'coverage', 'examples/*/node_modules'],
    compilerOptions: {
      isolatedModules: true, // Jest does not check types, `typecheck` does
      paths: { 'cdk-connect-data-streaming': ['./src'] }, // the examples import the library by its name
    },
  },
  jestOptions: {
    updateSnapshot: javascript.UpdateSnapshot.NEVER,
    passWithNoTests: false,
    junitReporting: false,
    jestConfig: {
      coverageProvider: 'babel', // v8 counts files that hold only types, and the getters of re-exports
      testTimeout: 120_000, // a rehearsal plays hundreds of deployments; a busy machine must not fail it
      moduleNameMapper: { '^cdk-connect-data-streaming$': '<rootDir>/src' }, // the examples again
      modulePathIgnorePatterns: ['<rootDir>/coverage/', '<rootDir>/dist/'], // copies of this package, for other purposes
      collectCoverageFrom: ['src/**/*.ts'],
      coverageThreshold: { branches: 100, functions: 100, lines: 100, statements: 100 },
    },
  },

  githubOptions: { mergify: false },
  pullRequestTemplateContents: [
    'Fixes #',
    '',
    '- [ ] tests that fail without the change',
    '- [ ] for a feature: an integ app with its snapshot, a section of the README, the API references',
    '- [ ] if the template of an existing app changes: why, in the changelog',
  ],
  depsUpgradeOptions: { workflowOptions: { labels: ['dependencies'] } },
  gitignore: ['cdk.out/', 'integ/*.snapshot/asset.*', 'integ/*.snapshot/tree.json', '.jsii.tabl.json', '.DS_Store', ...EXAMPLE_OUTPUT],
});

// 1.13.0 is in some registries before its optional per-platform packages, and then `npm ci` refuses the lock file.
project.package.addPackageResolutions('unrs-resolver@1.12.2');
// cdk-nag asks for 10.5.1, one patch release above the floor that this library is tested with.
project.package.addPackageResolutions('constructs@10.5.0');

// The package holds the library and what npm shows of it.
project.npmignore?.exclude('.jsii.tabl.json', '/stryker.config.json', '/.ci/', '/docs/', '/examples/', '/integ/', '/rosetta/', '/scripts/', 'cdk.context.json');
project.npmignore?.exclude('/API.md', '/CHANGELOG.md', '/CODE_OF_CONDUCT.md', '/CONTRIBUTING.md', '/SECURITY.md');

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
  files: ['test/**/*.ts'],
  rules: { 'cdk/no-construct-stack-suffix': 'off' },
});
project.eslint?.addOverride({
  files: ['integ/integ.*.ts', 'examples/**/*.ts'], // a library takes scopes and ids from its callers, an app does not
  rules: { 'cdk/no-variable-construct-id': 'error', 'cdk/require-passing-this': ['error', { allowNonThisAndDisallowScope: true }] },
});

new TextFile(project, 'rosetta/default.ts-fixture', {
  lines: [
    '// What every example of the README may use without saying so.',
    'import {',
    '  Annotations, aws_cloudwatch_actions as actions, aws_connect as connect, aws_iam as iam, aws_kinesis as kinesis,',
    '  aws_kinesisfirehose as firehose, aws_kms as kms, aws_s3 as s3, aws_sns as sns, CfnOutput, Duration, Stack,',
    "} from 'aws-cdk-lib';",
    "import { Construct } from 'constructs';",
    "import { ConnectDataStreaming, ConnectInstance, ContactRecordsTable, DataStreamingMonitoring, KeyAccess, StreamingDestination } from 'cdk-connect-data-streaming';",
    '',
    'declare const analyst: iam.Role;',
    'declare const bucket: s3.Bucket;',
    'declare const consumer: iam.Role;',
    'declare const instance: ConnectInstance;',
    'declare const key: kms.Key;',
    'declare const oldKey: kms.Key;',
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

const typecheck = project.addTask('typecheck', {
  description: 'Check the types of everything, tests and examples included',
  execArgs: ['tsc', '--noEmit', '--project', 'tsconfig.dev.json'],
});

const INTEG_RUNNER = ['integ-runner', '--directory', 'integ', '--language', 'typescript', '--app', 'npx tsx --tsconfig tsconfig.dev.json {filePath}'];
const integ = project.addTask('integ', {
  description: 'Compare the templates of the integ apps with their snapshots',
  execArgs: [...INTEG_RUNNER, '$@'],
  receiveArgs: true,
});
project.addTask('integ:update', {
  description: 'Write the snapshots of the integ apps, without an AWS account',
  execArgs: [...INTEG_RUNNER, '--dry-run', '--force', '--update-on-failed', '$@'],
  receiveArgs: true,
});
project.addTask('integ:deploy', {
  description: 'Deploy the integ apps whose snapshots changed to a real AWS account, and check their assertions there',
  execArgs: [...INTEG_RUNNER, '--update-on-failed', '$@'],
  receiveArgs: true,
});

// Those languages for which jsii-docgen writes what a programmer would: of C# and Go it gets access and types wrong.
const apiDocs = { typescript: 'API.md', python: 'docs/api/python.md', java: 'docs/api/java.md' };
const docgen = project.tasks.tryFind('docgen')!;
docgen.reset();
const checkApi = project.addTask('check:api', { description: 'Fail if the API references are not what the sources say' });
for (const [language, file] of Object.entries(apiDocs)) {
  const current = `coverage/api-${language}.md`;
  docgen.execArgs(['jsii-docgen', '--language', language, '--output', file]);
  checkApi.execArgs(['jsii-docgen', '--language', language, '--output', current]);
  checkApi.execArgs(['git', 'diff', '--no-index', '--exit-code', file, current]);
}
const README_EXAMPLES = ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/readme-examples.ts'];
project.addTask('docs:examples', {
  description: 'Put the example apps into the README',
  execArgs: README_EXAMPLES,
});
const checkReadme = project.addTask('check:readme', {
  description: 'Compile the examples of the README, and fail if an example app is not in it as it is',
  steps: [
    { execArgs: [...README_EXAMPLES, '--check'] },
    { execArgs: ['jsii-rosetta', 'extract', '--strict', '--fail', '--compile', '.jsii'] },
  ],
});

const DASHBOARD_PICTURE = ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/dashboard-picture.ts'];
project.addTask('docs:dashboard', {
  description: 'Draw the layout of the dashboard for the README',
  execArgs: [...DASHBOARD_PICTURE, 'docs/dashboard.svg'],
});
const checkDashboard = project.addTask('check:dashboard', {
  description: 'Fail if the picture of the dashboard is not what the sources make',
  steps: [
    { execArgs: [...DASHBOARD_PICTURE, 'coverage/dashboard.svg'] },
    { execArgs: ['git', 'diff', '--no-index', '--exit-code', 'docs/dashboard.svg', 'coverage/dashboard.svg'] },
  ],
});

// `npm test` is all that a change must pass.
project.testTask.spawn(typecheck);
project.testTask.spawn(integ);
project.testTask.spawn(project.compileTask);
project.testTask.spawn(checkApi);
project.testTask.spawn(checkReadme);
project.testTask.spawn(checkDashboard);

project.addTask('test:newest', {
  description: 'Run the unit tests with the newest aws-cdk-lib',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-newest.ts'],
});
project.addTask('test:node', {
  description: 'Run the unit tests, without the slow ones, on each supported release line of Node.js',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-node.ts', '--testPathIgnorePatterns', '/node_modules/', SLOW_TESTS],
});
const testLanguages = project.addTask('test:languages', {
  description: 'Build the example app of each language against the packed library and compare the templates',
});
testLanguages.spawn(project.compileTask);
testLanguages.exec('tsx --tsconfig tsconfig.dev.json scripts/test-languages.ts', { receiveArgs: true });
project.addTask('test:package', {
  description: 'Install the packed library beside the newest aws-cdk-lib and synthesise an app with it',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-package.ts'],
});

new JsonFile(project, 'stryker.config.json', {
  obj: {
    mutate: ['src/**/*.ts', '!src/private/contact-record.ts'], // that one is a data model without logic, and has no unit test but a comparison
    testRunner: 'jest',
    coverageAnalysis: 'perTest',
    jest: {
      config: {
        ...project.jest!.config as object,
        collectCoverage: false,
        // What unit tests alone notice. The slow tests would notice more, but a mutant a minute is too slow.
        testPathIgnorePatterns: ['/node_modules/', SLOW_TESTS],
      },
      enableFindRelatedTests: false,
    },
    reporters: ['clear-text', 'progress-append-only', 'json'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: 'coverage/mutation.json' },
    thresholds: { high: 95, low: 90, break: 90 },
    tempDirName: 'coverage/stryker',
    concurrency: 2,
  },
});
project.addTask('test:mutation', {
  description: 'Break the sources on purpose, in every place that Stryker knows, and see that the unit tests notice',
  execArgs: ['stryker', 'run'],
});

const bench = project.addTask('bench', { description: 'Compare the library with the same infrastructure written by hand' });
bench.spawn(project.compileTask);
bench.exec('tsx --tsconfig tsconfig.dev.json scripts/bench.ts', { receiveArgs: true });

project.addTask('query:contact-records', {
  description: 'Run the documented queries on files of contact records, without AWS',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/query-contact-records.ts', '$@'],
  receiveArgs: true,
});

project.addTask('demo', {
  description: 'Synthesise the example app, print its template and say what it makes',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/demo.ts'],
});

// The packages for other languages, and the release lines of Node.js, on a machine that has all tools.
const languages = project.github!.addWorkflow('languages');
languages.on({ push: { branches: ['main'] }, pullRequest: {} });
languages.addJob('languages', {
  runsOn: ['ubuntu-latest'],
  permissions: { contents: github.workflows.JobPermission.READ },
  steps: [
    github.WorkflowSteps.checkout(),
    { uses: 'actions/setup-node@v7.0.0', with: { 'node-version': '22', 'package-manager-cache': false } },
    { uses: 'actions/setup-python@v7.0.0', with: { 'python-version': '3.x' } },
    { uses: 'actions/setup-java@v6.0.0', with: { 'distribution': 'corretto', 'java-version': '17' } },
    { uses: 'actions/setup-go@v7.0.0', with: { 'go-version': '^1.25.0', 'cache': false } },
    { uses: 'actions/setup-dotnet@v6.0.0', with: { 'dotnet-version': '8.x' } },
    { run: 'npm ci' },
    { run: 'npm run test:languages -- --require typescript,python,java,csharp,go' },
    { run: 'npx projen test:node' },
  ],
});

// publib knows the public registry itself.
project.tryFindObjectFile('.github/workflows/release.yml')!.patch(JsonPatch.remove('/jobs/release_npm/steps/9/env/NPM_REGISTRY'));

project.synth();

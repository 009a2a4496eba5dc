import { awscdk, javascript, JsonFile, TextFile, typescript } from 'projen';

/**
 * The floor of `aws-cdk-lib`. The snapshots in `integ/` need a cloud assembly that `@aws-cdk/integ-runner`
 * reads (up to schema 53, which 2.245 to 2.257 write), and the newest cdk-nag needs 2.257 or later: 2.257.0 is the one
 * release that serves both. `test:newest` runs the unit tests on the newest release too.
 */
const CDK_FLOOR = '2.257.0';

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
    '@aws-sdk/client-kms@^3',
    '@cloud-copilot/iam-simulate@^0.1.173', // evaluates IAM and key policies; AGPL, so never more than a development dependency
    '@stryker-mutator/core@^9',
    '@stryker-mutator/jest-runner@^9',
    'aws-cdk@^2.1115.1', // the CLI that `npm run demo` synthesises with
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
  tsconfigDevFile: 'tsconfig.dev.json',
  tsconfigDev: {
    include: ['.projenrc.ts'],
    exclude: ['lib', 'dist', 'coverage'],
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
  pullRequestTemplate: true,
  depsUpgradeOptions: { workflowOptions: { labels: ['dependencies'] } },
  gitignore: ['cdk.out/', 'integ/*.snapshot/asset.*', 'integ/*.snapshot/tree.json', '.jsii.tabl.json', '.DS_Store'],
});

// 1.13.0 is in some registries before its optional per-platform packages, and then `npm ci` refuses the lock file.
project.package.addPackageResolutions('unrs-resolver@1.12.2');

project.npmignore?.exclude('.jsii.tabl.json', '/stryker.config.json', '/.ci/', '/docs/', '/examples/', '/integ/', '/rosetta/', '/scripts/', 'cdk.context.json');

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
    '  Annotations, aws_connect as connect, aws_iam as iam, aws_kinesis as kinesis, aws_kinesisfirehose as firehose, aws_kms as kms, aws_s3 as s3,',
    '  CfnOutput, Duration, Stack,',
    "} from 'aws-cdk-lib';",
    "import { Construct } from 'constructs';",
    "import { ConnectDataStreaming, ConnectInstance, KeyAccess, StreamingDestination } from 'cdk-connect-data-streaming';",
    '',
    'declare const bucket: s3.Bucket;',
    'declare const consumer: iam.Role;',
    'declare const instance: ConnectInstance;',
    'declare const key: kms.Key;',
    'declare const oldKey: kms.Key;',
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

const checkApi = project.addTask('check:api', {
  description: 'Fail if API.md is not what the sources say',
  steps: [
    { execArgs: ['jsii-docgen', '-o', 'coverage/API.md'] },
    { execArgs: ['git', 'diff', '--no-index', '--exit-code', 'API.md', 'coverage/API.md'] },
  ],
});
const checkReadme = project.addTask('check:readme', {
  description: 'Compile the examples of the README',
  execArgs: ['jsii-rosetta', 'extract', '--strict', '--fail', '--compile', '.jsii'],
});

// `npm test` is all that a change must pass.
project.testTask.spawn(typecheck);
project.testTask.spawn(integ);
project.testTask.spawn(project.compileTask);
project.testTask.spawn(checkApi);
project.testTask.spawn(checkReadme);

project.addTask('test:newest', {
  description: 'Run the unit tests with the newest aws-cdk-lib',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-newest.ts'],
});
project.addTask('test:package', {
  description: 'Install the packed library beside the newest aws-cdk-lib and synthesise an app with it',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/test-package.ts'],
});

new JsonFile(project, 'stryker.config.json', {
  obj: {
    mutate: ['src/**/*.ts'],
    testRunner: 'jest',
    coverageAnalysis: 'perTest',
    jest: {
      config: {
        ...project.jest!.config as object,
        collectCoverage: false,
        // What unit tests alone notice. The slow tests would notice more, but a mutant a minute is too slow.
        testPathIgnorePatterns: ['/node_modules/', '/test/(adoption|rehearsal.*|permissions|properties|integ-templates)[.]test[.]ts'],
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

project.addTask('demo', {
  description: 'Synthesise the example app, print its template and say what it makes',
  execArgs: ['tsx', '--tsconfig', 'tsconfig.dev.json', 'scripts/demo.ts'],
});

project.synth();

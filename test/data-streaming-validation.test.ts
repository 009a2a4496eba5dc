import { join } from 'path';
import { App, aws_connect as connect, aws_kinesis as kinesis, aws_kms as kms, Stack, Stage, Validations } from 'aws-cdk-lib';
import { ConnectDataStreaming, DataStreamingValidation, StreamingDestination } from '../src';
import { ENV, existingInstance, newInstance } from './support';

/** Synthesizes an app with the plugin. Newer releases of AWS CDK throw an error instead of setting the exit code. */
function synthesize(build: (app: App) => void): { failed: boolean; violations: string[] } {
  const output = jest.spyOn(console, 'error').mockImplementation(() => undefined);
  const { exitCode } = process;
  const violations: string[] = [];
  const plugin = new DataStreamingValidation();
  const app = new App();
  Validations.of(app).addPlugins({
    name: plugin.name,
    validate: (context) => {
      const report = plugin.validate(context);
      violations.push(...report.violations.map(({ ruleName, severity, violatingResources: [{ resourceLogicalId }] }) => `${severity}: ${ruleName}: ${resourceLogicalId}`));
      return report;
    },
  });
  build(app);
  try {
    app.synth();
    return { failed: process.exitCode === 1, violations };
  } catch {
    return { failed: true, violations };
  } finally {
    process.exitCode = exitCode;
    output.mockRestore();
  }
}

/** An association without access to the key, as an L1 construct or another library creates it. */
function addAssociationWithoutAccess(stack: Stack): void {
  const stream = new kinesis.Stream(stack, 'Stream', { encryptionKey: new kms.Key(stack, 'Key') });
  new connect.CfnInstanceStorageConfig(stack, 'Association', {
    instanceArn: newInstance(stack).attrArn, resourceType: 'AGENT_EVENTS', storageType: 'KINESIS_STREAM', kinesisStreamConfig: { streamArn: stream.streamArn },
  });
}

test('accepts an app that loses no records', () => {
  expect(synthesize((app) => {
    const stack = new Stack(app, 'Stack', { env: ENV });
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.newKinesisStream() });
  })).toEqual({ failed: false, violations: [] });
});

test('stops the synthesis of an app whose L1 association would lose records, and names its resource', () => {
  expect(synthesize((app) => addAssociationWithoutAccess(new Stack(app, 'Stack', { env: ENV })))).toEqual({
    failed: true, violations: ['error: no-key-access: Association'],
  });
});

test('checks the stacks of stages', () => {
  expect(synthesize((app) => addAssociationWithoutAccess(new Stack(new Stage(app, 'Production', { env: ENV }), 'Stack')))).toEqual({
    failed: true, violations: ['error: no-key-access: Association'],
  });
});

test('accepts a finding that the app acknowledges', () => {
  expect(synthesize((app) => {
    addAssociationWithoutAccess(new Stack(app, 'Stack', { env: ENV }));
    Validations.of(app).acknowledge({ id: 'cdk-connect-data-streaming::no-key-access', reason: 'the key owner grants access' });
  })).toEqual({ failed: false, violations: ['error: no-key-access: Association'] });
});

test('reports what the templates do not contain, and does not stop the synthesis', () => {
  expect(synthesize((app) => {
    const stack = new Stack(app, 'Stack', { env: ENV });
    const stream = kinesis.Stream.fromStreamArn(stack, 'Stream', 'arn:aws:kinesis:us-east-1:111122223333:stream/existing');
    new ConnectDataStreaming(stack, 'Streaming', { instance: existingInstance(stack), agentEvents: StreamingDestination.kinesisStream(stream) });
  })).toEqual({ failed: false, violations: [expect.stringMatching(/^info: unknown-key-access: StreamingAgentEvents/)] });
});

test('the library loads the check only when a plugin validates', () => {
  jest.isolateModules(() => {
    require('../src'); // eslint-disable-line @typescript-eslint/no-require-imports
    expect(Object.keys(require.cache).filter((file) => file.startsWith(join(__dirname, '..', 'src', 'check')))).toEqual([]);
  });
});

test.each<[string, unknown, string]>([
  ['nothing', undefined, 'undefined'],
  ['templates', ['template.json'], 'Array'],
  ['an object without templates', {}, '{}'],
  ['a single template', { templatePaths: 'template.json' }, '{ templatePaths }'],
])('validate() cannot be called with %s', (_, context, got) => {
  expect(() => new DataStreamingValidation().validate(context as never)).toThrow(
    `DataStreamingValidation.validate: context must be the context of a validation plugin, got ${got}; add the plugin to the app with Validations.of(app).addPlugins()`);
});

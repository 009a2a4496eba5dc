import { readdirSync } from 'fs';
import { join } from 'path';
import { RegoEngine, TemplateFile } from '@aws/cloudformation-validate';

const INTEG = join(__dirname, '..', 'integ');

/** The templates of the integ apps, without the assertion stacks that integ-runner adds. */
const templates = readdirSync(INTEG, { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.template.json') && !file.includes('DefaultTestDeployAssert'));

const engine = new RegoEngine();
afterAll(() => engine.free());

test('each integ app has a template', () => {
  const apps = readdirSync(INTEG).filter((file) => /^integ\..*\.ts$/.test(file));
  for (const app of apps) {
    expect(templates).toContainEqual(expect.stringContaining(`${app}.snapshot`));
  }
});

test.each(templates)('the CloudFormation rules find no error in %s', (template) => {
  const { diagnostics } = engine.validateStandard(new TemplateFile(join(INTEG, template)));
  expect(diagnostics.filter(({ severity }) => ['FATAL', 'ERROR'].includes(severity.toUpperCase()))).toEqual([]);
});

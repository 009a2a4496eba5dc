/**
 * Tables of the documentation that list the resources of the library, compared with a template that contains each type of resource.
 */
import { readFileSync } from 'fs';
import { join } from 'path';
import { synthesizeDefault } from './documentation/default-apps';

const { Resources } = synthesizeDefault('withEverything');
const retains = ({ DeletionPolicy = 'Delete' }: { DeletionPolicy?: string }) => DeletionPolicy.startsWith('Retain'); // also RetainExceptOnCreate

/** The rows of the first table of a section. */
function tableBelow(page: string, heading: string): string[][] {
  const section = readFileSync(join(__dirname, '..', 'docs', page), 'utf8').split(`\n${heading}\n`)[1];
  const [, table] = /^\|.*\n\| --- .*\n((?:\|.*\n)+)/m.exec(section)!;
  return table.trim().split('\n').map((row) => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, '')));
}

function typesIn(cell: string): string[] {
  return [...cell.matchAll(/`(\w+::[\w:]+)`/g)].map(([, type]) => type);
}

test('the page on data protection lists the resources that CloudFormation retains, and those that it deletes', () => {
  const documented = tableBelow('data-protection.md', '## After `cdk destroy`')
    .flatMap(([, types, result]) => typesIn(types).map((type) => `${type} ${result.startsWith('retained') ? 'retained' : 'deleted'}`));
  const found = new Set(Object.values(Resources).map((resource) => `${resource.Type} ${retains(resource) ? 'retained' : 'deleted'}`));
  expect(documented.sort()).toEqual([...found].sort());
});

test('the page on security lists the permissions of the deployer for each type of resource', () => {
  const documented = tableBelow('security.md', '### Permissions for other resources').flatMap(([types]) => typesIn(types));
  const found = new Set(Object.values(Resources).map(({ Type }) => Type).filter((type) => type !== 'AWS::Connect::InstanceStorageConfig'));
  expect(documented.sort()).toEqual([...found].sort());
});

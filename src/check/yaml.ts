import { dirname, join } from 'path';

interface Node {
  readonly type: string;
  readonly strValue: string;
}

interface Yaml {
  parse(content: string, options: { customTags: object[]; schema: string }): unknown;
}

interface Collection {
  toJSON(): unknown;
}

interface Util {
  parseMap(document: object, node: Node): Collection;
  parseSeq(document: object, node: Node): Collection;
}

const SHORT_FORMS = [
  'And', 'Base64', 'Cidr', 'Condition', 'Equals', 'FindInMap', 'GetAZs', 'GetAtt', 'If', 'ImportValue', 'Join', 'Length', 'Not', 'Or', 'Ref', 'Select', 'Split',
  'Sub', 'ToJsonString', 'Transform',
];

/** Parses a template in YAML with the parser that `aws-cdk-lib` contains. */
export function parseYaml(file: string, content: string): unknown {
  const [yaml, util] = ['.', 'util'].map(ofParser) as [Yaml, Util];
  const customTags = SHORT_FORMS.map((name) => ({
    tag: `!${name}`,
    resolve: (document: object, node: Node) => ({ [nameOf(name)]: argumentOf(document, node) }),
  }));
  const argumentOf = (document: object, node: Node): unknown => {
    switch (node.type) {
      case 'MAP':
      case 'FLOW_MAP': return util.parseMap(document, node).toJSON();
      case 'SEQ':
      case 'FLOW_SEQ': return util.parseSeq(document, node).toJSON();
      default: return node.strValue;
    }
  };
  try {
    return yaml.parse(content, { customTags, schema: 'core' });
  } catch (error) {
    throw new Error(`${file} must contain JSON or YAML: ${(error as Error).message}`);
  }
}

function ofParser(module: string): unknown {
  const folder = join(dirname(require.resolve('aws-cdk-lib/package.json')), 'node_modules', 'yaml');
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- only templates in YAML need the parser
  return require(join(folder, module));
}

function nameOf(shortForm: string): string {
  return ['Ref', 'Condition'].includes(shortForm) ? shortForm : `Fn::${shortForm}`;
}

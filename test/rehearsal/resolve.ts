import { type AppGraph, nodeId, type Scope } from './app-graph';
import { ACCOUNT, REGION, type World } from './world';

const NO_VALUE = Symbol('AWS::NoValue');

const PSEUDO_PARAMETERS: Record<string, string> = {
  'AWS::AccountId': ACCOUNT, 'AWS::Partition': 'aws', 'AWS::Region': REGION, 'AWS::URLSuffix': 'amazonaws.com',
};

/** Turns values of templates into what CloudFormation makes of them. */
export class Resolver {
  constructor(private readonly app: AppGraph, private readonly world: World, private readonly parameters: Record<string, string>) {}

  public resolve(scope: Scope, value: unknown): unknown {
    if (Array.isArray(value)) return value.map((item) => this.resolve(scope, item)).filter((item) => item !== NO_VALUE);
    if (typeof value !== 'object' || value === null) return value;
    const [[key, argument]] = [...Object.entries(value), ['', undefined]];
    if (Object.keys(value).length === 1 && (key === 'Ref' || key.startsWith('Fn::'))) return this.intrinsic(scope, key, argument);
    return Object.fromEntries(Object.entries(value)
      .map(([name, inner]) => [name, this.resolve(scope, inner)] as const)
      .filter(([, inner]) => inner !== NO_VALUE));
  }

  public properties(scope: Scope, value: unknown): Record<string, unknown> {
    return this.resolve(scope, value ?? {}) as Record<string, unknown>;
  }

  private text(scope: Scope, value: unknown): string {
    const text = this.resolve(scope, value);
    if (typeof text !== 'string') throw new Error(`not a text: ${JSON.stringify(value)}`);
    return text;
  }

  private intrinsic(scope: Scope, name: string, argument: unknown): unknown {
    const list = argument as unknown[];
    switch (name) {
      case 'Ref': return this.ref(scope, argument as string);
      case 'Fn::GetAtt': return this.attribute(scope, list[0] as string, list[1] as string);
      case 'Fn::Join': return (this.resolve(scope, list[1]) as string[]).join(list[0] as string);
      case 'Fn::Sub': return this.substituted(scope, argument);
      case 'Fn::Split': return this.text(scope, list[1]).split(list[0] as string);
      case 'Fn::Select': return (this.resolve(scope, list[1]) as unknown[])[Number(list[0])];
      case 'Fn::If': return this.resolve(scope, this.condition(scope, { Condition: list[0] }) ? list[1] : list[2]);
      case 'Fn::ImportValue': return this.imported(this.text(scope, argument));
      case 'Fn::FindInMap': return scope.template.Mappings![list[0] as string][this.text(scope, list[1])][this.text(scope, list[2])];
      default: throw new Error(`the rehearsal does not know ${name}`);
    }
  }

  private substituted(scope: Scope, argument: unknown): string {
    const [text, values] = (Array.isArray(argument) ? argument : [argument, {}]) as [string, Record<string, unknown>];
    return text.replace(/\$\{([^!}]+)\}/g, (_, name: string) => {
      const [id, ...attribute] = name.split('.');
      if (name in values) return this.text(scope, values[name]);
      return String(attribute.length > 0 ? this.attribute(scope, id, attribute.join('.')) : this.ref(scope, id));
    });
  }

  private ref(scope: Scope, name: string): unknown {
    if (name === 'AWS::NoValue') return NO_VALUE;
    if (name === 'AWS::StackId') return `arn:aws:cloudformation:${REGION}:${ACCOUNT}:stack/${scope.name.replace('/', '-')}/0`;
    if (name in PSEUDO_PARAMETERS) return PSEUDO_PARAMETERS[name];
    if (name in scope.template.Resources) return this.deployed(scope, name).physicalId;
    if (scope.parent) {
      const { Parameters } = scope.parent.scope.template.Resources[scope.parent.logicalId].Properties as { Parameters: Record<string, unknown> };
      if (name in Parameters) return this.resolve(scope.parent.scope, Parameters[name]);
    }
    const value = this.parameters[name] ?? scope.template.Parameters?.[name]?.Default;
    if (value === undefined) throw new Error(`${scope.name} has no value for ${name}`);
    return value;
  }

  private attribute(scope: Scope, logicalId: string, attribute: string): unknown {
    if (attribute.startsWith('Outputs.')) {
      const nested = this.app.scopes.get(nodeId(scope, logicalId))!;
      return this.resolve(nested, nested.template.Outputs![attribute.slice('Outputs.'.length)].Value);
    }
    const { attributes } = this.deployed(scope, logicalId);
    if (!(attribute in attributes)) throw new Error(`${scope.name}/${logicalId} has no attribute ${attribute}`);
    return attributes[attribute];
  }

  private imported(name: string): unknown {
    for (const scope of this.app.scopes.values()) {
      for (const output of Object.values(scope.template.Outputs ?? {})) {
        if (output.Export?.Name === name) return this.resolve(scope, output.Value);
      }
    }
    throw new Error(`nothing exports ${name}`);
  }

  private deployed(scope: Scope, logicalId: string) {
    const found = this.world.deployed[nodeId(scope, logicalId)];
    if (!found) throw new Error(`${scope.name}/${logicalId} is used before it is there`);
    return found;
  }

  private condition(scope: Scope, value: unknown): boolean {
    const [[name, argument]] = Object.entries(value as object) as Array<[string, unknown]>;
    const list = argument as unknown[];
    switch (name) {
      case 'Condition': return this.condition(scope, scope.template.Conditions![argument as string]);
      case 'Fn::Equals': return this.text(scope, list[0]) === this.text(scope, list[1]);
      case 'Fn::Or': return list.some((inner) => this.condition(scope, inner));
      default: throw new Error(`the rehearsal does not know the condition ${name}`);
    }
  }
}

import { type AppGraph, nodeId, type Scope } from './app-graph';
import type { DeployedResource, SimulatedAccount } from './simulated-account';
import { type Intrinsic, partsOfSub, referenceOf, replaceIntrinsics } from '../template/intrinsics';

const PSEUDO_PARAMETERS: Record<string, string> = { 'AWS::Partition': 'aws', 'AWS::URLSuffix': 'amazonaws.com' };

/** Evaluates the intrinsic functions of templates as CloudFormation does. */
export class Resolver {
  constructor(
    private readonly app: AppGraph,
    private readonly account: SimulatedAccount,
    private readonly parameters: Record<string, string>,
  ) {}

  public properties(scope: Scope, value: unknown): Record<string, unknown> {
    return this.resolve(scope, value ?? {}) as Record<string, unknown>;
  }

  private resolve(scope: Scope, value: unknown): unknown {
    return replaceIntrinsics(value, (intrinsic, original) => this.evaluate(scope, intrinsic, original));
  }

  private string(scope: Scope, value: unknown): string {
    const resolved = this.resolve(scope, value);
    if (typeof resolved !== 'string') throw new Error(`value must be a string, got ${JSON.stringify(value)}`);
    return resolved;
  }

  private evaluate(scope: Scope, { name, argument }: Intrinsic, original: object): unknown {
    const list = argument as unknown[];
    switch (name) {
      case 'Ref': return this.ref(scope, argument as string);
      case 'Fn::GetAtt': {
        const { logicalId, attribute } = referenceOf(original)!;
        return this.attribute(scope, logicalId, attribute!);
      }
      case 'Fn::Join': return (this.resolve(scope, list[1]) as string[]).join(list[0] as string);
      case 'Fn::Sub': return (this.resolve(scope, partsOfSub(argument)) as string[]).join('');
      case 'Fn::Split': return this.string(scope, list[1]).split(list[0] as string);
      case 'Fn::Select': return (this.resolve(scope, list[1]) as unknown[])[Number(list[0])];
      case 'Fn::If': return this.resolve(scope, this.condition(scope, { Condition: list[0] }) ? list[1] : list[2]);
      case 'Fn::GetStackOutput': return this.stackOutput(argument as { StackName: string; OutputName: string });
      case 'Fn::ImportValue': return this.importedValue(this.string(scope, argument));
      case 'Fn::FindInMap': return scope.template.Mappings![list[0] as string][this.string(scope, list[1])][this.string(scope, list[2])];
      default: throw new Error(`the deployment simulation does not support ${name}`);
    }
  }

  private ref(scope: Scope, name: string): unknown {
    if (name === 'AWS::NoValue') return undefined;
    if (name === 'AWS::StackId') return `arn:aws:cloudformation:${scope.region}:${scope.account}:stack/${scope.name.replace('/', '-')}/0`;
    if (name === 'AWS::AccountId') return scope.account;
    if (name === 'AWS::Region') return scope.region;
    if (name in PSEUDO_PARAMETERS) return PSEUDO_PARAMETERS[name];
    if (name in scope.template.Resources) return this.deployed(scope, name).physicalId;
    if (scope.parent) {
      const { Properties } = scope.parent.scope.template.Resources[scope.parent.logicalId];
      const { Parameters = {} } = Properties as { Parameters?: Record<string, unknown> };
      if (name in Parameters) return this.resolve(scope.parent.scope, Parameters[name]);
    }
    const value = this.parameters[name] ?? scope.template.Parameters?.[name]?.Default;
    if (value === undefined) throw new Error(`${scope.name}: parameter ${name} has no value`);
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

  private importedValue(name: string): unknown {
    for (const scope of this.app.scopes.values()) {
      for (const output of Object.values(scope.template.Outputs ?? {})) {
        if (output.Export?.Name === name) return this.resolve(scope, output.Value);
      }
    }
    if (name in this.parameters) return this.parameters[name]; // another app exports it
    throw new Error(`no stack exports ${name}`);
  }

  private stackOutput({ StackName, OutputName }: { StackName: string; OutputName: string }): unknown {
    const scope = this.app.scopes.get(StackName)!;
    return this.resolve(scope, scope.template.Outputs![OutputName].Value);
  }

  private deployed(scope: Scope, logicalId: string): DeployedResource {
    const found = this.account.deployed[nodeId(scope, logicalId)];
    if (!found) throw new Error(`${scope.name}/${logicalId} is referenced before it is deployed`);
    return found;
  }

  private condition(scope: Scope, value: unknown): boolean {
    const [[name, argument]] = Object.entries(value as object) as Array<[string, unknown]>;
    const list = argument as unknown[];
    switch (name) {
      case 'Condition': return this.condition(scope, scope.template.Conditions![argument as string]);
      case 'Fn::Equals': return this.string(scope, list[0]) === this.string(scope, list[1]);
      case 'Fn::Or': return list.some((inner) => this.condition(scope, inner));
      default: throw new Error(`the deployment simulation does not support the condition ${name}`);
    }
  }
}

import { all, type Decision, negated } from './access';
import { type DeploymentGraph, nodeId, type Scope } from './deployment-graph';
import type { DeployedResource, SimulatedAccount } from './simulated-account';
import { isUnknown, REGION, splitText, unknown } from './unknown-values';
import { type Intrinsic, partsOfSub, referenceOf, replaceIntrinsics } from '../../template/intrinsics';

/** A resource is referenced that is not deployed yet, or whose deployment failed. */
export class NotDeployedError extends Error {
  constructor(public readonly id: string) {
    super(`${id} is referenced before it is deployed`);
  }
}

/** Evaluates the intrinsic functions of templates as CloudFormation does. */
export class Resolver {
  /** `parameters` are the values of parameters, and of exports of other apps. Without them, these values are unknown. */
  constructor(
    private readonly graph: DeploymentGraph,
    private readonly account: SimulatedAccount,
    private readonly parameters?: Record<string, string>,
  ) {}

  public properties(scope: Scope, value: unknown): Record<string, unknown> {
    const resolved = this.resolve(scope, value ?? {}) as Record<string, unknown>;
    return Object.keys(this.account.parameters).length > 0 ? this.withStoredValues(resolved) : resolved;
  }

  /** Resolves dynamic references to the parameters in Parameter Store that the templates define. */
  private withStoredValues(properties: Record<string, unknown>): Record<string, unknown> {
    const text = JSON.stringify(properties);
    const resolved = text.replace(/\{\{resolve:ssm:([^:}]+)(:\d+)?\}\}/g, (reference, name: string) => (
      JSON.stringify(this.account.parameters[name] ?? reference).slice(1, -1)));
    return resolved === text ? properties : JSON.parse(resolved) as Record<string, unknown>;
  }

  /** Whether a condition is true. Undefined if its value is unknown. */
  public isTrue(scope: Scope, condition: string): Decision {
    return this.condition(scope, { Condition: condition });
  }

  private resolve(scope: Scope, value: unknown): unknown {
    return replaceIntrinsics(value, (intrinsic, original) => this.evaluate(scope, intrinsic, original));
  }

  private evaluate(scope: Scope, { name, argument }: Intrinsic, original: object): unknown {
    const list = argument as unknown[];
    switch (name) {
      case 'Ref': return this.ref(scope, argument as string);
      case 'Fn::GetAtt': {
        const { logicalId, attribute } = referenceOf(original)!;
        return this.attribute(scope, logicalId, attribute!);
      }
      case 'Fn::Join': return this.joined(this.resolve(scope, list[1]), list[0] as string);
      case 'Fn::Sub': return this.joined(this.resolve(scope, partsOfSub(argument)), '');
      case 'Fn::Split': return splitText(String(this.resolve(scope, list[1])), list[0] as string);
      case 'Fn::Select': return this.selected(this.resolve(scope, list[1]), Number(this.resolve(scope, list[0])));
      case 'Fn::If': return this.conditional(scope, list as [string, unknown, unknown]);
      case 'Fn::GetStackOutput': return this.stackOutput(argument as { StackName: string; OutputName: string });
      case 'Fn::ImportValue': return this.importedValue(this.resolve(scope, argument));
      case 'Fn::FindInMap': return this.mapped(scope, this.resolve(scope, list) as string[]);
      default: return this.notKnown(`${name} in ${scope.name}`);
    }
  }

  private ref(scope: Scope, name: string): unknown {
    switch (name) {
      case 'AWS::NoValue': return undefined;
      case 'AWS::AccountId': return scope.account ?? this.notKnown('AWS account');
      case 'AWS::Region': return scope.region ?? this.notKnown('AWS Region');
      case 'AWS::Partition': return partitionOf(scope.region);
      case 'AWS::URLSuffix': return partitionOf(scope.region) === 'aws-cn' ? 'amazonaws.com.cn' : 'amazonaws.com';
      case 'AWS::StackName': return scope.name;
      case 'AWS::StackId': return `arn:aws:cloudformation:${scope.region}:${scope.account}:stack/${scope.name.replace('/', '-')}/0`;
      default:
    }
    if (name in scope.template.Resources) return this.deployed(scope, name)?.physicalId ?? this.notKnown(`${scope.name}/${name}`);
    if (scope.parent) {
      const { Properties } = scope.parent.scope.template.Resources[scope.parent.logicalId];
      const { Parameters = {} } = Properties as { Parameters?: Record<string, unknown> };
      if (name in Parameters) return this.resolve(scope.parent.scope, Parameters[name]);
    }
    return this.parameters?.[name] ?? this.storedValue(scope, name) ?? this.notKnown(`parameter ${name} of ${scope.name}`);
  }

  /** The value in Parameter Store of a parameter with the name of that as its default. */
  private storedValue(scope: Scope, name: string): string | undefined {
    const parameter = scope.template.Parameters?.[name];
    return parameter?.Type?.startsWith('AWS::SSM::Parameter::Value<') ? this.account.parameters[String(parameter.Default)] : undefined;
  }

  private attribute(scope: Scope, logicalId: string, attribute: string): unknown {
    const nested = this.graph.scopes.get(nodeId(scope, logicalId));
    if (nested && attribute.startsWith('Outputs.')) {
      const output = nested.template.Outputs?.[attribute.slice('Outputs.'.length)];
      return output ? this.resolve(nested, output.Value) : this.notKnown(`${attribute} of ${nested.name}`);
    }
    return this.deployed(scope, logicalId)?.attributes[attribute] ?? this.notKnown(`${attribute} of ${scope.name}/${logicalId}`);
  }

  private joined(parts: unknown, delimiter: string): unknown {
    return Array.isArray(parts) ? parts.join(delimiter) : parts;
  }

  private selected(list: unknown, index: number): unknown {
    return (Array.isArray(list) ? list[index] as unknown : undefined) ?? this.notKnown(`part ${index} of ${String(list)}`);
  }

  private conditional(scope: Scope, [name, whenTrue, whenFalse]: [string, unknown, unknown]): unknown {
    const value = this.condition(scope, { Condition: name });
    if (value !== undefined) return this.resolve(scope, value ? whenTrue : whenFalse);
    const [one, other] = [whenTrue, whenFalse].map((branch) => this.resolve(scope, branch));
    return JSON.stringify(one) === JSON.stringify(other) ? one : this.notKnown(`condition ${name} of ${scope.name}`);
  }

  private mapped(scope: Scope, [name, ...keys]: string[]): unknown {
    const mapping = scope.template.Mappings?.[name];
    return mapping?.[keys[0]]?.[keys[1]] ?? this.notKnown(`mapping ${name} of ${scope.name}`);
  }

  private importedValue(name: unknown): unknown {
    for (const scope of this.graph.scopes.values()) {
      for (const { Export, Value } of Object.values(scope.template.Outputs ?? {})) {
        if (Export && this.resolve(scope, Export.Name) === name) return this.resolve(scope, Value);
      }
    }
    return this.parameters?.[String(name)] ?? this.notKnown(`export ${String(name)}`); // another app exports it
  }

  private stackOutput({ StackName, OutputName }: { StackName: string; OutputName: string }): unknown {
    const scope = this.graph.scopes.get(StackName);
    const output = scope?.template.Outputs?.[OutputName];
    return output ? this.resolve(scope!, output.Value) : this.notKnown(`output ${OutputName} of ${StackName}`);
  }

  private deployed(scope: Scope, logicalId: string): DeployedResource | undefined {
    const found = this.account.deployed[nodeId(scope, logicalId)];
    const mustExist = logicalId in scope.template.Resources && !scope.template.Resources[logicalId].Condition;
    if (!found && mustExist) throw new NotDeployedError(nodeId(scope, logicalId));
    return found;
  }

  /** Returns undefined if the value is unknown. */
  private condition(scope: Scope, value: unknown): Decision {
    const [[name, argument]] = Object.entries(value as object) as Array<[string, unknown]>;
    const list = argument as unknown[];
    switch (name) {
      case 'Condition': return this.condition(scope, scope.template.Conditions?.[argument as string] ?? { Unknown: argument });
      case 'Fn::Equals': {
        const [one, other] = list.map((item) => this.resolve(scope, item));
        if (one === other) return true;
        if ([one, other].includes(REGION) && [one, other].some(isOfOtherPartition)) return false;
        return isUnknown(one) || isUnknown(other) ? undefined : false;
      }
      case 'Fn::Not': return negated(this.condition(scope, list[0]));
      case 'Fn::Or': return negated(all(list.map((inner) => negated(this.condition(scope, inner)))));
      case 'Fn::And': return all(list.map((inner) => this.condition(scope, inner)));
      default: return undefined;
    }
  }

  private notKnown(description: string): string {
    if (this.parameters) throw new Error(`cannot determine ${description}`);
    return unknown(description);
  }
}

function isOfOtherPartition(region: unknown): boolean {
  return typeof region === 'string' && partitionOf(region) !== 'aws';
}

export function partitionOf(region = ''): string {
  if (region.startsWith('cn-')) return 'aws-cn';
  return region.startsWith('us-gov-') ? 'aws-us-gov' : 'aws';
}

import { ConnectAndKms, type Caller, ServiceError } from './connect-and-kms';
import type { Grant, SimulatedAccount } from './simulated-account';

export type RequestType = 'Create' | 'Update' | 'Delete';

/** What CloudFormation sends to the Lambda function of `AwsCustomResource`. */
export interface CustomResourceEvent {
  readonly RequestType: RequestType;
  readonly LogicalResourceId: string;
  readonly PhysicalResourceId?: string;
  readonly ResourceProperties: Record<string, string>;
}

export interface CustomResourceResponse {
  readonly Status: 'SUCCESS' | 'FAILED';
  readonly Reason: string;
  readonly PhysicalResourceId: string;
  readonly Data: Record<string, unknown>;
}

interface SdkCall {
  readonly service: string;
  readonly action: string;
  readonly parameters?: Record<string, unknown>;
  readonly physicalResourceId?: { readonly id?: string; readonly responsePath?: string };
  readonly outputPaths?: string[];
  readonly ignoreErrorCodesMatching?: string;
}

/** Does what the handler of `AwsCustomResource` does, for calls to Amazon Connect and AWS KMS. Other calls succeed without an effect. */
export function invokeCustomResource(event: CustomResourceEvent, caller: Caller, account: SimulatedAccount): CustomResourceResponse {
  const { RequestType: requestType, ResourceProperties: properties } = event;
  const own = callFor(requestType, properties);
  const id = own?.physicalResourceId?.id ?? (requestType === 'Create'
    ? callFor('Update', properties)?.physicalResourceId?.id ?? callFor('Delete', properties)?.physicalResourceId?.id ?? event.LogicalResourceId
    : event.PhysicalResourceId!);
  const success = { Status: 'SUCCESS', Reason: 'OK', PhysicalResourceId: id, Data: {} } as const;
  if (!own) return success;

  const api = new ConnectAndKms(account, caller);
  try {
    const answer = flatten(call(api, own, withPhysicalId(own.parameters ?? {}, id) as Record<string, never>));
    const { responsePath } = own.physicalResourceId ?? {};
    const { outputPaths } = own;
    const isOutput = (name: string): boolean => !outputPaths || outputPaths.some((path) => name.startsWith(path));
    return {
      ...success,
      PhysicalResourceId: responsePath ? String(answer[responsePath]) : id,
      Data: Object.fromEntries(Object.entries(answer).filter(([name]) => isOutput(name))),
    };
  } catch (error) {
    const { name, message } = error as ServiceError;
    const isIgnored = own.ignoreErrorCodesMatching && new RegExp(own.ignoreErrorCodesMatching).test(name);
    return isIgnored ? success : { Status: 'FAILED', Reason: message, PhysicalResourceId: event.PhysicalResourceId ?? id, Data: {} };
  }
}

function callFor(type: RequestType, properties: Record<string, string>): SdkCall | undefined {
  return properties[type] ? JSON.parse(properties[type]) as SdkCall : undefined;
}

/** The parameter values of a call that are the physical id of the custom resource. */
function withPhysicalId(value: unknown, id: string): unknown {
  if (value === 'PHYSICAL:RESOURCEID:') return id;
  if (Array.isArray(value)) return value.map((item) => withPhysicalId(item, id));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, inner]) => [name, withPhysicalId(inner, id)]));
}

function call(api: ConnectAndKms, { service, action }: SdkCall, parameters: Record<string, never>): Record<string, unknown> {
  const { KeyId, GrantId, InstanceId } = parameters;
  switch (`${service.toLowerCase().replace('@aws-sdk/client-', '')}:${operationOf(action)}`) {
    case 'connect:DescribeInstance': return api.describeInstance(InstanceId);
    case 'kms:CreateGrant': return api.createGrant(KeyId, grantOf(parameters));
    case 'kms:RetireGrant': return api.retireGrant(KeyId, GrantId);
    case 'kms:RevokeGrant': return api.revokeGrant(KeyId, GrantId);
    default: return {};
  }
}

/** An operation that a custom resource can name as `CreateGrant`, `createGrant` or `CreateGrantCommand`. */
function operationOf(action: string): string {
  return `${action.charAt(0).toUpperCase()}${action.slice(1)}`.replace(/Command$/, '');
}

/** The grant that the parameters of `CreateGrant` describe. */
export function grantOf(parameters: Record<string, never>): Omit<Grant, 'id' | 'conditions'> {
  const { GranteePrincipal: grantee, RetiringPrincipal: retiringPrincipal, Operations: operations } = parameters;
  const { Name: name, Constraints: constraints } = parameters;
  return { grantee, retiringPrincipal, operations, name, ...constraints !== undefined && { constraints } };
}

/** An answer with the paths of its values as names, such as `Instance.ServiceRole`. */
function flatten(answer: object, prefix = '', flat: Record<string, unknown> = {}): Record<string, unknown> {
  for (const [name, value] of Object.entries(answer)) {
    if (typeof value === 'object' && value !== null) flatten(value, `${prefix}${name}.`, flat);
    else flat[`${prefix}${name}`] = value;
  }
  return flat;
}

import type { IncomingMessage, ServerResponse } from 'http';
import { isAllowed, type PolicyDocument } from './policy-engine';
import type { SimulatedAccount } from './simulated-account';
import { LoopbackServer } from '../loopback-server';

/** The role of the Lambda function that calls, with the policies that it has at this moment. */
export interface Caller {
  readonly role: string;
  readonly policies: readonly PolicyDocument[];
}

interface ServiceError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** Answers the calls of the custom resources to Amazon Connect and AWS KMS, in the wire format of these services. */
export class ConnectAndKmsServer extends LoopbackServer {
  public static async start(): Promise<ConnectAndKmsServer> {
    return new ConnectAndKmsServer().listen();
  }

  public account!: SimulatedAccount;
  public caller!: Caller;
  /** The errors that the next calls return. */
  public readonly errors: ServiceError[] = [];
  public readonly calls: string[] = [];

  protected async respond(request: IncomingMessage, body: string, response: ServerResponse): Promise<void> {
    const target = request.headers['x-amz-target'] as string | undefined;
    try {
      const answer = this.errors.shift() ?? (target
        ? await this.kms(target.replace('TrentService.', ''), regionOf(request), JSON.parse(body) as Record<string, unknown>)
        : await this.connect(request));
      const { status = 200, code, message, ...result } = answer as Partial<ServiceError>;
      response.writeHead(status, { 'content-type': target ? 'application/x-amz-json-1.1' : 'application/json', ...code && { 'x-amzn-errortype': code } });
      response.end(JSON.stringify(code ? { __type: code, message, Message: message } : result));
    } catch (error) {
      response.writeHead(500).end(JSON.stringify({ message: String(error) }));
    }
  }

  /** `GET /instance/<id or ARN>` */
  private async connect(request: IncomingMessage): Promise<object> {
    const id = decodeURIComponent(request.url!.replace('/instance/', ''));
    this.calls.push('DescribeInstance');
    const [arn, instance] = Object.entries(this.account.instances).find(([known]) => known === id || known.endsWith(`/${id}`)) ?? [];
    if (!arn || !instance || !isIn(regionOf(request), arn)) return { status: 404, code: 'ResourceNotFoundException', message: `Instance ${id} does not exist` };
    const allowed = await this.isAllowed('connect:DescribeInstance', arn) && await this.isAllowed('ds:DescribeDirectories', '*');
    if (!allowed) return this.accessDenied('connect:DescribeInstance', arn);
    return {
      Instance: {
        Id: arn.split('/')[1],
        Arn: arn,
        IdentityManagementType: 'CONNECT_MANAGED',
        InstanceAlias: 'contact-center',
        ServiceRole: instance.role,
        StatusReason: { Message: 'x'.repeat(5000) }, // makes the whole answer too long for the response of a custom resource
      },
    };
  }

  private async kms(action: string, region: string, { KeyId, ...parameters }: Record<string, unknown>): Promise<object> {
    this.calls.push(action);
    const keyArn = KeyId as string;
    if (!(keyArn in this.account.keys) || !isIn(region, keyArn)) return { status: 400, code: 'NotFoundException', message: `Key '${keyArn}' does not exist` };
    switch (action) {
      case 'RetireGrant': return this.retireGrant(keyArn, parameters.GrantId as string);
      case 'RevokeGrant': return this.revokeGrant(keyArn, parameters.GrantId as string);
      default: return this.createGrant(keyArn, parameters);
    }
  }

  /** The retiring principal of a grant needs no permission. Others, and callers that specify a grant that does not exist, are denied. */
  private retireGrant(keyArn: string, grantId: string): object {
    const grant = this.account.keys[keyArn].grants.find(({ id, retiringPrincipal }) => id === grantId && retiringPrincipal === this.caller.role);
    return grant ? this.removeGrant(keyArn, grantId) : this.accessDenied('kms:RetireGrant', keyArn);
  }

  private async revokeGrant(keyArn: string, grantId: string): Promise<object> {
    const resourcePolicy = this.account.permissionsOf(keyArn);
    if (!await this.isAllowed('kms:RevokeGrant', keyArn, { resourcePolicy })) return this.accessDenied('kms:RevokeGrant', keyArn);
    return this.removeGrant(keyArn, grantId);
  }

  private removeGrant(keyArn: string, grantId: string): object {
    const { grants } = this.account.keys[keyArn];
    const index = grants.findIndex(({ id }) => id === grantId);
    if (index < 0) return { status: 400, code: 'NotFoundException', message: 'Grant ID not found' };
    grants.splice(index, 1);
    return {};
  }

  private async createGrant(keyArn: string, { GranteePrincipal, RetiringPrincipal, Operations, Name }: Record<string, unknown>): Promise<object> {
    const wanted = {
      grantee: GranteePrincipal as string, retiringPrincipal: RetiringPrincipal as string, operations: Operations as string[], name: Name as string,
    };
    const resourcePolicy = this.account.permissionsOf(keyArn);
    const context = { 'kms:GranteePrincipal': wanted.grantee, 'kms:GrantOperations': wanted.operations };
    if (!await this.isAllowed('kms:CreateGrant', keyArn, { resourcePolicy, context })) return this.accessDenied('kms:CreateGrant', keyArn);
    // AWS KMS returns an existing grant if its name and parameters are the same.
    const { grants } = this.account.keys[keyArn];
    const existing = grants.find(({ id: _, ...grant }) => wanted.name && JSON.stringify(grant) === JSON.stringify(wanted));
    const grant = existing ?? { id: this.account.nameFor(`grant-${wanted.name}-on-${keyArn}`), ...wanted };
    if (!existing) grants.push(grant);
    return { GrantId: grant.id, GrantToken: 'token' };
  }

  private async isAllowed(
    action: string, resource: string, rest: { context?: Record<string, string | string[]>; resourcePolicy?: PolicyDocument } = {},
  ): Promise<boolean> {
    return isAllowed({ principal: this.caller.role, action, resource, identityPolicies: this.caller.policies, ...rest });
  }

  private accessDenied(action: string, resource: string): ServiceError {
    return { status: 400, code: 'AccessDeniedException', message: `User: ${this.caller.role} is not authorized to perform: ${action} on resource: ${resource}` };
  }
}

/** The Region whose endpoint the caller of the API uses, from the signature of the request. */
function regionOf({ headers }: IncomingMessage): string {
  return /Credential=\w+\/\d+\/([\w-]+)\//.exec(headers.authorization ?? '')![1];
}

function isIn(region: string, arn: string): boolean {
  return arn.split(':')[3] === region;
}

import type { IncomingMessage, ServerResponse } from 'http';
import { isAllowed, type PolicyDocument } from './policy-engine';
import type { World } from './world';
import { LoopbackServer } from '../loopback-server';

/** Who calls: the role of the Lambda function, with the policies that it has at that moment. */
export interface Caller {
  readonly role: string;
  readonly policies: readonly PolicyDocument[];
}

interface ServiceError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** The calls that the custom resources make, answered over HTTP on loopback in the wire format of the services. */
export class FakeAws extends LoopbackServer {
  public static async start(): Promise<FakeAws> {
    return new FakeAws().listen();
  }

  public world!: World;
  public caller!: Caller;
  /** Errors that the next calls get, in turn. */
  public readonly errors: ServiceError[] = [];
  public readonly calls: string[] = [];

  protected async respond(request: IncomingMessage, sent: string, response: ServerResponse): Promise<void> {
    const target = request.headers['x-amz-target'] as string | undefined;
    try {
      const planned = this.errors.shift();
      const answer = planned ?? (target
        ? await this.kms(target.replace('TrentService.', ''), JSON.parse(sent) as Record<string, unknown>)
        : await this.connect(request));
      const { status = 200, code, message, ...body } = answer as Partial<ServiceError>;
      response.writeHead(status, { 'content-type': target ? 'application/x-amz-json-1.1' : 'application/json', ...code && { 'x-amzn-errortype': code } });
      response.end(JSON.stringify(code ? { __type: code, message, Message: message } : body));
    } catch (error) {
      response.writeHead(500).end(JSON.stringify({ message: String(error) }));
    }
  }

  /** `GET /instance/<id or ARN>` */
  private async connect(request: IncomingMessage): Promise<object> {
    const id = decodeURIComponent(request.url!.replace('/instance/', ''));
    this.calls.push('DescribeInstance');
    const [arn, instance] = Object.entries(this.world.instances).find(([known]) => known === id || known.endsWith(`/${id}`)) ?? [];
    if (!arn || !instance) return { status: 404, code: 'ResourceNotFoundException', message: `Instance ${id} does not exist` };
    const allowed = await this.may('connect:DescribeInstance', arn) && await this.may('ds:DescribeDirectories', '*');
    if (!allowed) return this.denied('connect:DescribeInstance', arn);
    return {
      Instance: {
        Id: arn.split('/')[1],
        Arn: arn,
        IdentityManagementType: 'CONNECT_MANAGED',
        InstanceAlias: 'contact-centre',
        ServiceRole: instance.role,
        StatusReason: { Message: 'x'.repeat(5000) }, // the whole answer exceeds what a custom resource may return
      },
    };
  }

  private async kms(action: string, { KeyId, ...parameters }: Record<string, unknown>): Promise<object> {
    this.calls.push(action);
    const keyArn = KeyId as string;
    if (!(keyArn in this.world.keys)) return { status: 400, code: 'NotFoundException', message: `Key '${keyArn}' does not exist` };
    const key = this.world.keys[keyArn];
    const resourcePolicy = this.world.permissionsOf(keyArn);
    if (action === 'RevokeGrant') {
      if (!await this.may('kms:RevokeGrant', keyArn, { resourcePolicy })) return this.denied('kms:RevokeGrant', keyArn);
      if (!/^grant-of-/.test(parameters.GrantId as string)) return { status: 400, code: 'InvalidGrantIdException', message: 'GrantId is not valid' };
      const index = key.grants.findIndex(({ id }) => id === parameters.GrantId);
      if (index < 0) return { status: 400, code: 'NotFoundException', message: 'Grant ID not found' };
      key.grants.splice(index, 1);
      return {};
    }
    const wanted = { grantee: parameters.GranteePrincipal as string, operations: parameters.Operations as string[], name: parameters.Name as string };
    const context = { 'kms:GranteePrincipal': wanted.grantee, 'kms:GrantOperations': wanted.operations };
    if (!await this.may('kms:CreateGrant', keyArn, { resourcePolicy, context })) return this.denied('kms:CreateGrant', keyArn);
    // A call with the name and parameters of an existing grant finds that grant.
    const same = key.grants.find(({ id: _, ...grant }) => wanted.name && JSON.stringify(grant) === JSON.stringify(wanted));
    const grant = same ?? { id: this.world.nameFor(`grant-of-${wanted.name}`), ...wanted };
    if (!same) key.grants.push(grant);
    return { GrantId: grant.id, GrantToken: 'token' };
  }

  private async may(action: string, resource: string, rest: { context?: Record<string, string | string[]>; resourcePolicy?: PolicyDocument } = {}) {
    return isAllowed({ principal: this.caller.role, action, resource, identityPolicies: this.caller.policies, ...rest });
  }

  private denied(action: string, resource: string): ServiceError {
    return { status: 400, code: 'AccessDeniedException', message: `User: ${this.caller.role} is not authorized to perform: ${action} on resource: ${resource}` };
  }
}

import type { IncomingMessage, ServerResponse } from 'http';
import { type Caller, ConnectAndKms, ServiceError } from '../../src/check/simulation/connect-and-kms';
import { grantOf } from '../../src/check/simulation/custom-resource';
import type { SimulatedAccount } from '../../src/check/simulation/simulated-account';
import { LoopbackServer } from '../loopback-server';

/** Answers the calls of the custom resources to Amazon Connect and AWS KMS, in the wire format of these services. */
export class ConnectAndKmsServer extends LoopbackServer {
  public static async start(): Promise<ConnectAndKmsServer> {
    return new ConnectAndKmsServer().listen();
  }

  public account!: SimulatedAccount;
  public caller!: Caller;
  /** The errors that the next calls return. */
  public readonly errors: Array<{ readonly status: number; readonly code: string; readonly message: string }> = [];
  public readonly calls: string[] = [];

  protected respond(request: IncomingMessage, body: string, response: ServerResponse): void {
    const operation = (request.headers['x-amz-target'] as string | undefined)?.replace('TrentService.', '');
    this.calls.push(operation ?? 'DescribeInstance');
    const send = (status: number, content: object, code?: string): void => {
      response.writeHead(status, { 'content-type': operation ? 'application/x-amz-json-1.1' : 'application/json', ...code && { 'x-amzn-errortype': code } });
      response.end(JSON.stringify(content));
    };
    try {
      const error = this.errors.shift();
      if (error) throw new ServiceError(error.status, error.code, error.message);
      const api = new ConnectAndKms(this.account, { ...this.caller, region: regionOf(request) });
      send(200, operation ? this.kms(api, operation, JSON.parse(body) as Record<string, never>) : this.describeInstance(api, request));
    } catch (error) {
      const { status = 500, name, message } = error as ServiceError;
      send(status, { __type: name, message, Message: message }, name);
    }
  }

  /** `GET /instance/<id or ARN>` */
  private describeInstance(api: ConnectAndKms, request: IncomingMessage): object {
    return api.describeInstance(decodeURIComponent(request.url!.replace('/instance/', '')));
  }

  private kms(api: ConnectAndKms, operation: string, parameters: Record<string, never>): object {
    const { KeyId, GrantId } = parameters;
    switch (operation) {
      case 'RetireGrant': return api.retireGrant(KeyId, GrantId);
      case 'RevokeGrant': return api.revokeGrant(KeyId, GrantId);
      default: return api.createGrant(KeyId, grantOf(parameters));
    }
  }
}

/** The Region whose endpoint the caller of the API uses, from the signature of the request. */
function regionOf({ headers }: IncomingMessage): string {
  return /Credential=\w+\/\d+\/([\w-]+)\//.exec(headers.authorization ?? '')![1];
}

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
      send(200, operation ? this.kms(operation, JSON.parse(body) as Record<string, never>) : this.describeInstance(request));
    } catch (error) {
      const { status = 500, name, message } = error as ServiceError;
      send(status, { __type: name, message, Message: message }, name);
    }
  }

  /** `GET /instance/<id or ARN>` */
  private describeInstance(request: IncomingMessage): object {
    return this.api.describeInstance(decodeURIComponent(request.url!.replace('/instance/', '')));
  }

  private kms(operation: string, parameters: Record<string, never>): object {
    const { KeyId, GrantId } = parameters;
    switch (operation) {
      case 'RetireGrant': return this.api.retireGrant(KeyId, GrantId);
      case 'RevokeGrant': return this.api.revokeGrant(KeyId, GrantId);
      default: return this.api.createGrant(KeyId, grantOf(parameters));
    }
  }

  private get api(): ConnectAndKms {
    return new ConnectAndKms(this.account, this.caller);
  }
}

import { emulatorEnvironment, REGION } from './environment';

/** A record that Amazon Connect would have lost after a step of a deployment. */
export interface Loss {
  readonly instance: string;
  readonly resourceType: string;
  readonly reason: string;
  readonly after: string;
}

export interface Sent {
  readonly delivered: number;
  readonly lost: number;
  /** Why the records were lost. */
  readonly reason?: string;
}

/** Acts as Amazon Connect, as Firehose and as time, with the control API of the extension. */
export class Control {
  constructor(private readonly account: string, private readonly region = REGION) {}

  /** Sends records of a data type, as the instance does. */
  public send(instanceArn: string, resourceType: string, records: object[]): Promise<Sent> {
    return this.call('send', { instance: instanceArn, resourceType, data: records });
  }

  /** Lets the buffering interval of a delivery stream pass. Returns the keys of the objects, or why Firehose cannot write them. */
  public flush(deliveryStream: string, day?: string): Promise<{ keys: string[]; reason?: string }> {
    return this.call('flush', { deliveryStream, day });
  }

  /** The records that would have been lost since the last call, and how often that was checked. */
  public takeLosses(): Promise<{ checks: number; losses: Loss[] }> {
    return this.call('losses', {});
  }

  /** Turns the API quota of Amazon Connect on or off. */
  public async throttle(enabled: boolean): Promise<void> {
    await this.call('throttle', { enabled });
  }

  private async call<T>(command: string, request: object): Promise<T> {
    const response = await fetch(`${emulatorEnvironment().control}/${command}`, {
      method: 'POST',
      body: JSON.stringify({ account: this.account, region: this.region, ...request }),
    });
    const answer = await response.json() as T & { error?: string };
    if (!response.ok) throw new Error(`${command}: ${answer.error}`);
    return answer;
  }
}

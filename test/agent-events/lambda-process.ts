import { type ChildProcessWithoutNullStreams, spawn } from 'child_process';
import { createInterface, type Interface } from 'readline';
import { pathToFileURL } from 'url';

const BOOTSTRAP = `
  import { createInterface } from 'readline';
  const { handler } = await import(process.argv[1]);
  for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await handler(JSON.parse(line))));
`;

/** A Lambda function in a separate process, because Jest cannot load ES modules. */
export class LambdaProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly responses: AsyncIterator<string>;
  private readonly lines: Interface;
  /** The error output of the function. */
  public log = '';

  constructor(file: string, environment: Record<string, string>) {
    this.child = spawn(process.execPath, ['--input-type=module', '--eval', BOOTSTRAP, pathToFileURL(file).href], {
      env: {
        PATH: process.env.PATH,
        NODE_NO_WARNINGS: '1', // the AWS SDK warns about Node.js releases that it will not support
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        ...environment,
      },
    });
    this.child.stderr.on('data', (chunk: Buffer) => { this.log += chunk.toString(); });
    this.lines = createInterface({ input: this.child.stdout });
    this.responses = this.lines[Symbol.asyncIterator]();
  }

  public async invoke<T>(event: unknown): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(event)}\n`);
    const { value, done } = await this.responses.next();
    if (done) throw new Error(`the function exited: ${this.log}`);
    return JSON.parse(value) as T;
  }

  public async stop(): Promise<void> {
    this.child.stdin.end();
    await new Promise((resolve) => this.child.on('close', resolve));
    this.lines.close();
  }
}

import { type ChildProcessWithoutNullStreams, spawn } from 'child_process';
import { createInterface, type Interface } from 'readline';
import { pathToFileURL } from 'url';

const BOOTSTRAP = `
  import { createInterface } from 'readline';
  const { handler } = await import(process.argv[1]);
  for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await handler(JSON.parse(line))));
`;

/** A Lambda function in a process of its own, as Jest can't load ES modules. */
export class LambdaProcess {
  private readonly child: ChildProcessWithoutNullStreams;
  private readonly answers: AsyncIterator<string>;
  private readonly lines: Interface;
  /** What the function logs as errors. */
  public log = '';

  constructor(file: string, environment: Record<string, string>) {
    this.child = spawn(process.execPath, ['--input-type=module', '--eval', BOOTSTRAP, pathToFileURL(file).href], {
      env: {
        PATH: process.env.PATH,
        NODE_NO_WARNINGS: '1', // the AWS SDK warns of releases of Node.js that it will leave behind
        AWS_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        ...environment,
      },
    });
    this.child.stderr.on('data', (chunk: Buffer) => { this.log += chunk.toString(); });
    this.lines = createInterface({ input: this.child.stdout });
    this.answers = this.lines[Symbol.asyncIterator]();
  }

  public async invoke<T>(event: unknown): Promise<T> {
    this.child.stdin.write(`${JSON.stringify(event)}\n`);
    const { value, done } = await this.answers.next();
    if (done) throw new Error(`the function has ended: ${this.log}`);
    return JSON.parse(value) as T;
  }

  public async stop(): Promise<void> {
    this.child.stdin.end();
    await new Promise((resolve) => this.child.on('close', resolve));
    this.lines.close();
  }
}

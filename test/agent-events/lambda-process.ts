import { type ChildProcessWithoutNullStreams, spawn } from 'child_process';
import { createInterface, type Interface } from 'readline';

/** Programs that call the handler of a file with each line of standard input. */
const NODE = `
  import { createRequire } from 'module';
  import { createInterface } from 'readline';
  const { handler } = createRequire(import.meta.url)(process.argv[1]);
  for await (const line of createInterface({ input: process.stdin })) console.log(JSON.stringify(await handler(JSON.parse(line))));
`;
const PYTHON = `
import json, runpy, sys
handler = runpy.run_path(sys.argv[1])["handler"]
for line in sys.stdin:
    print(json.dumps(handler(json.loads(line), None)), flush=True)
`;

/** A Lambda function in a separate process. */
export class LambdaProcess {
  public static node(file: string, environment: Record<string, string>): LambdaProcess {
    return new LambdaProcess(process.execPath, ['--input-type=module', '--eval', NODE, file], environment);
  }

  public static python(interpreter: string, file: string, environment: Record<string, string>): LambdaProcess {
    return new LambdaProcess(interpreter, ['-c', PYTHON, file], environment);
  }

  private readonly child: ChildProcessWithoutNullStreams;
  private readonly responses: AsyncIterator<string>;
  private readonly lines: Interface;
  /** The error output of the function. */
  public log = '';

  private constructor(command: string, args: string[], environment: Record<string, string>) {
    this.child = spawn(command, args, {
      env: {
        PATH: process.env.PATH,
        NODE_NO_WARNINGS: '1', // the AWS SDK warns about Node.js releases that it will not support
        AWS_REGION: 'us-east-1',
        AWS_DEFAULT_REGION: 'us-east-1',
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
        PYTHONDONTWRITEBYTECODE: '1',
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

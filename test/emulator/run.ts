import { spawn } from 'child_process';

export interface Output {
  readonly exitCode: number;
  /** Standard output and standard error. */
  readonly text: string;
  /** Whether the command was killed after the time limit. */
  readonly isKilled: boolean;
}

/** Runs a command. After the time limit, the command and what it started are killed. */
export async function run(command: string[], options: { cwd: string; env: NodeJS.ProcessEnv; seconds: number }): Promise<Output> {
  const child = spawn(command[0], command.slice(1), {
    cwd: options.cwd,
    env: { ...process.env, ...options.env },
    detached: true, // a process group of its own
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  let isKilled = false;
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => { text += chunk.toString(); });
  const timer = setTimeout(() => {
    isKilled = true;
    text += `\nkilled after ${options.seconds} seconds\n`;
    process.kill(-child.pid!, 'SIGKILL');
  }, options.seconds * 1000);
  const exitCode = await new Promise<number>((done) => child.on('close', (code) => done(code ?? 1)));
  clearTimeout(timer);
  return { exitCode, text, isKilled };
}

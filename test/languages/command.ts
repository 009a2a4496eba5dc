import { execFile, spawnSync } from 'child_process';

export type Command = readonly string[];

const SECONDS = 20 * 60;

/** Runs a command and returns its standard output. If the command fails, the error contains all output. */
export async function execute(cwd: string, command: Command, environment: NodeJS.ProcessEnv = {}, seconds = SECONDS): Promise<string> {
  const [file, ...args] = command;
  const env = { ...process.env, ...environment };
  return new Promise((resolve, reject) => {
    const child = execFile(file, args, { cwd, env, timeout: seconds * 1000, killSignal: 'SIGKILL', maxBuffer: Infinity }, (error, stdout, stderr) => {
      if (!error) resolve(stdout);
      else if (error.killed) reject(new Error(`no answer within ${seconds} seconds: ${command.join(' ')}`));
      else reject(new Error([`failed: ${command.join(' ')}`, stdout, stderr, error.code === 'ENOENT' && `no ${file}`].filter(Boolean).join('\n')));
    });
    child.stdin?.end();
  });
}

/** Whether a command exists and succeeds. */
export function succeeds(command: Command): boolean {
  return spawnSync(command[0], command.slice(1), { env: process.env }).status === 0;
}

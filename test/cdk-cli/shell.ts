import { spawn } from 'child_process';
import { chmodSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'fs';
import { join, resolve } from 'path';

const ROOT = resolve(__dirname, '..', '..');
const TSX = join(ROOT, 'node_modules', 'tsx', 'dist', 'cli.mjs');

/** Runs the commands of the documentation from this repository. */
const NPX = `#!/bin/sh
command=$1; shift
case "$command" in
  cdk) exec "${process.execPath}" "${join(ROOT, 'node_modules', 'aws-cdk', 'bin', 'cdk')}" "$@" ;;
  tsx) exec "${process.execPath}" "${TSX}" "$@" ;;
  cdk-connect-data-streaming) exec "${process.execPath}" "${TSX}" "${join(ROOT, 'src', 'bin', 'cdk-connect-data-streaming.ts')}" "$@" ;;
  *) echo "npx $command is not supported" >&2; exit 1 ;;
esac
`;

/** Prints the prepared answer for the resource type. */
const AWS = `#!/bin/sh
while [ $# -gt 0 ]; do
  if [ "$1" = --resource-type ]; then exec cat "answers/$2.json"; fi
  shift
done
exit 1
`;

/** A copy of an example app that runs shell commands. The copy is inside the repository, where the app finds its packages. */
export class Shell {
  public readonly folder: string;

  constructor(example: string, private readonly environment: Record<string, string>) {
    mkdirSync(join(ROOT, 'coverage'), { recursive: true });
    this.folder = mkdtempSync(join(ROOT, 'coverage', 'cdk-cli-'));
    cpSync(join(ROOT, 'examples', example), this.folder, { recursive: true });
    mkdirSync(join(this.folder, 'bin'));
    for (const [name, script] of Object.entries({ npx: NPX, aws: AWS })) {
      writeFileSync(join(this.folder, 'bin', name), script);
      chmodSync(join(this.folder, 'bin', name), 0o755);
    }
  }

  public async run(commands: string): Promise<{ exitCode: number; out: string; errors: string }> {
    const child = spawn('bash', ['-euc', commands], {
      cwd: this.folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: 90_000,
      env: {
        HOME: this.folder,
        PATH: `${join(this.folder, 'bin')}:${process.env.PATH}`,
        TSX_TSCONFIG_PATH: join(ROOT, 'tsconfig.dev.json'),
        CDK_DISABLE_NOTICES: 'true',
        ...this.environment,
      },
    });
    const [out, errors]: [Buffer[], Buffer[]] = [[], []];
    child.stdout.on('data', (chunk: Buffer) => out.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => errors.push(chunk));
    const exitCode = await new Promise<number>((done) => child.on('close', done));
    return { exitCode, out: Buffer.concat(out).toString(), errors: Buffer.concat(errors).toString() };
  }

  public read(file: string): string {
    return readFileSync(join(this.folder, file), 'utf8');
  }

  public write(file: string, content: string): void {
    writeFileSync(join(this.folder, file), content);
  }

  public remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

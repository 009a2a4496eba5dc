import { parse } from 'yaml';

/** The part of `.projen/tasks.json` that describes tasks. */
export interface ProjenTasks {
  readonly tasks: Record<string, { readonly steps?: readonly ProjenStep[] }>;
}

interface ProjenStep {
  readonly spawn?: string;
  readonly exec?: string;
  readonly execArgs?: readonly string[];
}

/** The part of a GitHub workflow that describes jobs. */
interface Workflow {
  readonly jobs: Record<string, { readonly steps: ReadonlyArray<{ readonly id?: string; readonly run?: string }> }>;
}

/** Returns the commands of the release task, except some tasks that are part of it. */
export function releaseCommands({ tasks }: ProjenTasks, except: readonly string[]): string[] {
  const commandsOf = (task: string): string[] => (tasks[task].steps ?? []).flatMap(({ spawn, exec, execArgs = [] }) => {
    if (!spawn) return exec ?? execArgs.join(' ');
    if (except.includes(spawn)) return [];
    return ['build', 'post-compile'].includes(spawn) ? commandsOf(spawn) : `npx projen ${spawn}`;
  });
  return commandsOf('release');
}

const JOBS: Record<string, string> = { js: 'release_npm', python: 'release_pypi', java: 'release_maven', dotnet: 'release_nuget', go: 'release_golang' };

/** Returns the commands of a job that create the packages of a jsii target from the npm package, in a folder with `dist` and the checkout `.repo`. */
export function packagingCommands(workflow: string, target: string): string[] {
  const { steps } = (parse(workflow) as Workflow).jobs[JOBS[target]];
  const ids = ['extract_build_artifact', 'move_build_artifact_out_of_the_way', `create_${target}_artifact`, `collect_${target}_artifact`];
  return ids.map((id) => {
    const command = steps.find((step) => step.id === id)?.run;
    if (!command) throw new Error(`the job ${JOBS[target]} of the release workflow must have a step "${id}"`);
    return command;
  });
}

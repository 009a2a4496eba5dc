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

/** Returns the commands of the release task and of the build that is part of it, except the tests, which run before each release anyway. */
export function releaseCommands({ tasks }: ProjenTasks): string[] {
  const { steps: release = [] } = tasks.release;
  const { steps: build = [] } = tasks.build;
  return release.flatMap((step) => step.spawn === 'build' ? build : [step])
    .filter(({ spawn }) => spawn !== 'test')
    .map(({ spawn, exec, execArgs = [] }) => (spawn ? `npx projen ${spawn}` : exec ?? execArgs.join(' ')));
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

/**
 * `node profile.js <instances> <times>`: makes the apps in this process, in turn, and prints the time that each spends in the
 * functions of a package, as a share of all that the twin takes.
 */
import { rmSync } from 'fs';
import { type Profiler, Session } from 'inspector';
import { streamings as library } from './library';
import { newApp, type Streaming } from './scenario';
import { streamings as twin } from './twin';
import { streamings as twinInConstructs } from './twin-in-constructs';

/** The shares, by package. */
export type Shares = Record<string, number>;

export interface Profile {
  readonly twin: Shares;
  readonly twinInConstructs: Shares;
  readonly library: Shares;
}

const [instances, times] = process.argv.slice(2).map(Number);

const programs = {
  twin: () => make(twin['look-up']),
  twinInConstructs: () => make(twinInConstructs['look-up']),
  library: () => make(library['look-up']),
};
Object.values(programs).forEach((program) => program()); // what is loaded and compiled once is not meant here

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.start', () => {
  for (let time = 0; time < times; time++) Object.values(programs).forEach((program) => program());
  session.post('Profiler.stop', (_, { profile }) => console.log(JSON.stringify(shares(profile))));
});

function make(streaming: Streaming): void {
  rmSync(newApp(instances, streaming).synth().directory, { recursive: true, force: true });
}

function shares({ nodes, samples, timeDeltas }: Profiler.Profile): Profile {
  const spent = new Map<number, number>();
  samples!.forEach((id, index) => spent.set(id, (spent.get(id) ?? 0) + timeDeltas![index]));
  const byId = new Map(nodes.map((node) => [node.id, node]));

  const timesOf = (name: keyof Profile) => {
    const byPackage: Shares = {};
    const visit = (node: Profiler.ProfileNode) => {
      const of = packageOf(node.callFrame.url);
      byPackage[of] = (byPackage[of] ?? 0) + (spent.get(node.id) ?? 0);
      node.children?.forEach((id) => visit(byId.get(id)!));
    };
    nodes.filter(({ callFrame }) => callFrame.functionName === name).forEach(visit);
    return byPackage;
  };

  const total = Object.values(timesOf('twin')).reduce((sum, time) => sum + time);
  const share = (name: keyof Profile) => Object.fromEntries(Object.entries(timesOf(name)).map(([of, time]) => [of, time / total]));
  return { twin: share('twin'), twinInConstructs: share('twinInConstructs'), library: share('library') };
}

function packageOf(url: string): string {
  const [name] = /(?<=.*node_modules\/)(@[^/]+\/)?[^/]+/.exec(url) ?? [];
  if (name === 'cdk-connect-data-streaming' || name === 'constructs') return name;
  if (name) return 'aws-cdk-lib';
  return url.startsWith('/') || url.startsWith('file:') ? 'the app' : 'Node.js';
}

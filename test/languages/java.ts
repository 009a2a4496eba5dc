import { readdirSync, readFileSync, writeFileSync } from 'fs';
import { join } from 'path';
import { execute } from './command';
import type { Language, LocalRegistry } from './language';

const MAVEN = ['mvn', '--quiet', '--batch-mode'];
const GROUP = 'io.github.cdkconnect';
const ARTIFACT = 'cdk-connect-data-streaming';

export const java: Language = {
  name: 'java',
  target: 'java',
  tools: [['javac', '-version'], ['mvn', '--version']],
  exception: /java\.lang\.RuntimeException: /,

  async requestRuntime(folder, seconds) {
    const runtime = ['-Dartifact=software.amazon.jsii:jsii-runtime:1.140.0:pom', '-Dtransitive=false'];
    await execute(folder, [...MAVEN, `-Dmaven.repo.local=${join(folder, '.m2')}`, 'dependency:get', ...runtime], {}, seconds);
  },

  async publish(packages, { folder }) {
    const versions = join(packages, ...GROUP.split('.'), ARTIFACT);
    const [version] = readdirSync(versions, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => name);
    const artifact = join(versions, version, `${ARTIFACT}-${version}`);
    const target = [`-Durl=file://${join(folder, 'java')}`, '-DrepositoryId=local'];
    await execute(folder, [...MAVEN, 'deploy:deploy-file', ...target, `-Dfile=${artifact}.jar`, `-DpomFile=${artifact}.pom`]);
  },

  async install(app, registry) {
    addRepository(join(app, 'pom.xml'), registry);
    // The user's repository may contain another package with this version.
    const environment = { MAVEN_OPTS: [process.env.MAVEN_OPTS, `-Dmaven.repo.local=${join(registry.folder, '.m2')}`].filter(Boolean).join(' ') };
    await execute(app, [...MAVEN, 'compile'], environment);
    return environment;
  },

  async resolvedVersions(app, environment) {
    const list = join(app, 'dependencies.txt');
    await execute(app, [...MAVEN, 'dependency:list', `-DoutputFile=${list}`], environment);
    const dependencies = readFileSync(list, 'utf8');
    const version = (artifact: string) => new RegExp(`${artifact}:jar:([^:]+):`).exec(dependencies)![1];
    return { library: version(`${GROUP}:${ARTIFACT}`), cdk: version('software.amazon.awscdk:aws-cdk-lib') };
  },
};

function addRepository(pom: string, { folder }: LocalRegistry): void {
  const repository = `<repository><id>local</id><url>file://${join(folder, 'java')}</url></repository>`;
  writeFileSync(pom, readFileSync(pom, 'utf8').replace('</project>', `<repositories>${repository}</repositories></project>`));
}

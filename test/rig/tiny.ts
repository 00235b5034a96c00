// Releases of the small fixture: made by what its tree says, steered while they run by a file.
import { rmSync, writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { runsProgram } from '../../src/host/program.ts';
import { allProcesses, type SeenProcess } from '../kill/processes.ts';
import { processesIn } from './ending.ts';
import { Playground, samples, type Running } from './playground.ts';

type Fields = Readonly<Record<string, unknown>>;

export interface Behaviour {
  readonly health?: 'never' | 'flapping' | 'settling' | 'other-release';
  readonly behind?: 'other-release';
}

export interface ToldRecord {
  readonly kind: string;
  readonly actor: string;
  readonly data: Fields;
  readonly at: number;
}

/** Images travel between daemons on a machine that has better things to do. */
const deployMs = 280_000;

export class Tiny {
  readonly play: Playground;
  #version = 0;

  constructor(play: Playground) {
    this.play = play;
  }

  /** Both environments hand the file MOOD to the service. */
  static async open(overlay: Fields = {}): Promise<Tiny> {
    const tiny = new Tiny(await Playground.open(samples.tiny));
    tiny.overlay(overlay);
    return tiny;
  }

  overlay({ environments = {}, ...others }: Fields): void {
    const mood = { variables: { values: { MOOD: this.play.beside('mood') } } };
    const given = environments as Readonly<Record<string, Fields>>;
    const places = ['staging', 'production'].map((name) => [name, { ...mood, ...given[name] }] as const);
    this.play.overlay({ environments: Object.fromEntries(places), ...others });
  }

  /** The next version of the tree. */
  next(behaviour: Behaviour = {}): void {
    this.#version += 1;
    const manifest = { name: 'tiny', version: `1.0.${this.#version}`, type: 'module' };
    writeFileSync(this.play.file('package.json'), JSON.stringify(manifest));
    writeFileSync(this.play.file('behaviour.json'), JSON.stringify(behaviour));
  }

  /** Begins to deploy the next version to staging; answers once it is known which release that is. */
  async begin(behaviour: Behaviour = {}, ...more: readonly string[]): Promise<Running & { readonly id: string }> {
    this.next(behaviour);
    const running = this.play.start(['deploy', 'staging', ...more], { timeoutMs: deployMs });
    const named = () => /release (rel_\w+)/.exec(running.said())?.[1];
    const early = running.ended.then(({ stderr }) => {
      if (!named()) throw new Error(`no release was made:\n${stderr}`);
    });
    await Promise.race([until('a release has its name', () => named() !== undefined), early]);
    early.catch(() => undefined);
    return { ...running, id: named()! };
  }

  /** Deploys the next version to staging, to its end. */
  async deploy(code: number, behaviour: Behaviour = {}, ...more: readonly string[]): Promise<string> {
    const { id, ended } = await this.begin(behaviour, ...more);
    const { code: came, stdout, stderr } = await ended;
    if (came !== code) throw new Error(`ended with ${came}, not ${code}:\n${stdout}${stderr}`);
    return id;
  }

  mood(...lines: readonly string[]): void {
    if (lines.length === 0) rmSync(this.play.beside('mood'), { force: true });
    else writeFileSync(this.play.beside('mood'), lines.join('\n'));
  }

  port = (environment = 'staging'): number => this.play.ports[environment]!['web']!;

  /** Which release answers through the public address, or the status that came instead. */
  async served(environment = 'staging'): Promise<string> {
    const answer = await fetch(`http://127.0.0.1:${this.port(environment)}/`);
    await answer.arrayBuffer();
    return answer.status === 200 ? (answer.headers.get('x-release') ?? '') : String(answer.status);
  }

  /** Services as the kernel knows them. */
  processes = (environment = 'staging'): readonly SeenProcess[] =>
    allProcesses().filter(
      ({ variables, argv }) =>
        variables['MOOD'] === this.play.beside('mood') &&
        variables['GREENROOM_ENVIRONMENT'] === environment &&
        argv[1]?.endsWith('server.mjs') === true,
    );

  /** Releases of which a service runs. */
  running = (environment = 'staging'): readonly string[] =>
    this.processes(environment).map(({ variables }) => variables['GREENROOM_RELEASE'] ?? '');

  /** Watchdog and worker of the edge. */
  edge(environment = 'staging'): { readonly watchdog: number; readonly worker: number } {
    const directory = `${this.play.home}/environments/${environment}/edge`;
    const edges = processesIn(this.play.directory).filter(
      ({ argv }) => runsProgram('edge/main', argv) && argv.includes(directory),
    );
    const pidOf = (role: 'watchdog' | 'worker') =>
      edges.find(({ argv }) => (argv[2] === directory) === (role === 'watchdog'))?.pid ?? 0;
    return { watchdog: pidOf('watchdog'), worker: pidOf('worker') };
  }

  /** Records of a kind of the newest deployment of an environment. */
  async records(kind: string, environment = 'staging'): Promise<readonly ToldRecord[]> {
    return this.play.rows(
      `select kind, actor, data, at::float8 as at from greenroom.record where kind = $1 and deployment =
           (select id from greenroom.deployment where environment = $2 order by number desc limit 1)
        order by sequence`,
      [kind, environment],
    );
  }

  /** Names of the steps that were begun in the newest deployment. */
  async steps(environment = 'staging'): Promise<readonly string[]> {
    return (await this.records('step-began', environment)).map(({ data }) => String(data['step']));
  }

  close = (): Promise<void> => this.play.close();
}

/** Throws when it does not become true in time. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>, timeoutMs = 20_000): Promise<void> {
  const endMs = performance.now() + timeoutMs;
  while (!(await isSo())) {
    if (performance.now() > endMs) throw new Error(`not within ${timeoutMs} ms: ${what}`);
    await sleep(15);
  }
}

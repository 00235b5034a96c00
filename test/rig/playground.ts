// A copy of a sample project with ports of its own, the real command line on it, and an end that leaves nothing behind.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { parse } from 'yaml';
import { homePaths, readState } from '../../src/embedded/postgres-home.ts';
import { joinPostgres } from '../../src/embedded/postgres.ts';
import { endEverything } from './ending.ts';
import { freePorts } from '../../src/edge/testing/free-ports.ts';

const root = path.resolve(import.meta.dirname, '../..');
export const samples = {
  medianest: path.join(root, 'examples/medianest'),
  tiny: path.join(import.meta.dirname, 'fixture'),
};

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly tookMs: number;
}

export interface Running {
  readonly pid: number;
  readonly ended: Promise<Ended>;
  /** All that was said so far. */
  said(): string;
  kill(name: NodeJS.Signals): void;
}

export interface RunOptions {
  readonly variables?: Readonly<Record<string, string>>;
  /** Killed when it takes longer. */
  readonly timeoutMs?: number;
  /** Where it is called from; `--project` is not given then. */
  readonly from?: string;
}

type Fields = Readonly<Record<string, unknown>>;

export class Playground {
  readonly directory = path.join(root, '.tmp', `play-${process.pid}-${randomUUID().slice(0, 8)}`);
  readonly home = path.join(this.directory, '.greenroom');
  /** Public ports by environment and service. */
  readonly ports: Record<string, Record<string, number>> = {};
  readonly #running = new Set<Running>();
  readonly #base: string;
  readonly #project: string;

  private constructor(base: string, project: string) {
    this.#base = base;
    this.#project = path.join(this.directory, project);
  }

  /** `overlay` is laid over the sample's greenroom.yaml, which becomes base.yaml. */
  static async open(sample: string, overlay: Fields = {}): Promise<Playground> {
    const play = new Playground('./base.yaml', 'greenroom.yaml');
    play.#copy(sample);
    renameSync(play.file('greenroom.yaml'), play.file('base.yaml'));
    await play.#givePorts('base.yaml');
    play.overlay(overlay);
    return play;
  }

  /** A sample with several files, of which `base` is meant: `overlay` is laid over it in a file of its own, and nothing is renamed. */
  static async openBeside(sample: string, base: string, overlay: (play: Playground) => Fields): Promise<Playground> {
    const play = new Playground(`./${base}`, 'greenroom.play.yaml');
    play.#copy(sample);
    await play.#givePorts('greenroom.yaml', base);
    play.overlay(overlay(play));
    return play;
  }

  #copy(sample: string): void {
    cpSync(sample, this.directory, {
      recursive: true,
      filter: (file) => !['.greenroom', 'reports'].includes(path.basename(file)),
    });
    mkdirSync(this.home);
  }

  /** Free ones for every service in every environment, as two files of the project name them. */
  async #givePorts(services: string, environments = services): Promise<void> {
    const read = (name: string) => parse(readFileSync(this.file(name), 'utf8')) as Record<string, Fields>;
    const names = Object.keys(read(services)['services']!);
    for (const [environment, said] of Object.entries(read(environments)['environments']!)) {
      if (said === null) continue;
      const ports = await freePorts(names.length);
      this.ports[environment] = Object.fromEntries(names.map((name, index) => [name, ports[index]!]));
    }
  }

  /** A file of the project: part of its tree, and so of the next release. */
  file = (name: string): string => path.join(this.directory, name);
  /** A file that no release holds. */
  beside = (name: string): string => path.join(this.home, name);

  /** What the project says beside its base; replaces what was said so before. */
  overlay({ environments = {}, ...others }: Fields): void {
    const places = Object.entries(this.ports).map(([name, ports]) => {
      return [name, { ports, ...(environments as Record<string, Fields>)[name] }] as const;
    });
    const text = JSON.stringify({ extends: this.#base, environments: Object.fromEntries(places), ...others }, null, 2);
    writeFileSync(this.#project, `${text}\n`);
  }

  start(argv: readonly string[], { variables = {}, timeoutMs = 60_000, from }: RunOptions = {}): Running {
    const place = from === undefined ? ['--project', this.#project] : [];
    const clean = Object.entries(process.env).filter(
      ([name]) => !/^(GREENROOM_|DATABASE_URL|VITEST|NODE_OPTIONS|GITHUB_ACTIONS|CI$|FORCE_COLOR|NO_COLOR)/.test(name),
    );
    const beganMs = performance.now();
    const child = spawn(path.join(root, 'bin/greenroom'), [...argv, ...place], {
      cwd: from ?? root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...Object.fromEntries(clean), ...variables },
    });
    const said = { stdout: '', stderr: '' };
    child.stdout.on('data', (chunk: Buffer) => (said.stdout += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (said.stderr += chunk.toString()));
    const limit = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    const ended = new Promise<Ended>((resolve, reject) => {
      child.on('error', reject);
      // "close" would wait for whatever it started and left running.
      child.on('exit', (code, signal) => {
        clearTimeout(limit);
        const tookMs = Math.round(performance.now() - beganMs);
        setTimeout(() => resolve({ code, signal, ...said, tookMs }), 20);
      });
    });
    const running: Running = {
      pid: child.pid ?? 0,
      ended,
      said: () => said.stdout + said.stderr,
      kill: (name) => void child.kill(name),
    };
    this.#running.add(running);
    void ended.finally(() => this.#running.delete(running)).catch(() => undefined);
    return running;
  }

  run(argv: readonly string[], options: RunOptions = {}): Promise<Ended> {
    return this.start(argv, options).ended;
  }

  /** The document of a command that must end with `code`. */
  async json<T = Fields>(argv: readonly string[], code = 0, options: RunOptions = {}): Promise<T> {
    const ended = await this.run([...argv, '--json'], options);
    if (ended.code !== code)
      throw new Error(
        `greenroom ${argv.join(' ')} ended with ${ended.code ?? ended.signal}, not ${code}:\n${ended.stdout}${ended.stderr}`,
      );
    return JSON.parse(ended.stdout) as T;
  }

  /** Of the embedded PostgreSQL, as long as it runs. */
  databaseUrl(database: string): string {
    const state = readState(homePaths(this.beside('postgres')));
    return `postgresql://postgres:${encodeURIComponent(state?.password ?? '')}@127.0.0.1:${state?.port ?? 1}/${database}`;
  }

  /** Rows of Greenroom's own database, or of another one of the embedded PostgreSQL. */
  async rows<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
    database = 'greenroom',
  ): Promise<Row[]> {
    // As a user of it, since the last command may have left it some time ago.
    const postgres = await joinPostgres({ homeDir: this.beside('postgres'), label: 'the tests' });
    const client = new pg.Client({ connectionString: postgres.urlFor(database), connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return (await client.query<Row>(text, [...values])).rows;
    } finally {
      await client.end().catch(() => undefined);
      await postgres.leave();
    }
  }

  /** Ends what was started here and in here, and nothing else, and removes the folder. */
  async close(): Promise<void> {
    for (const running of this.#running) running.kill('SIGKILL');
    await Promise.allSettled([...this.#running].map((running) => running.ended));
    await endEverything(this.directory);
  }
}

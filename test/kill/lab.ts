// A copy of the fixture with a home, ports and a ledger of its own, and the real command line on it.
import { spawn, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { homePaths, readState } from '../../src/embedded/postgres-home.ts';
import { joinPostgres, type EmbeddedPostgres } from '../../src/embedded/postgres.ts';
import { haproxyProcesses } from '../../src/haproxy/haproxy-processes.ts';
import { runsProgram } from '../../src/host/program.ts';
import { freePorts } from '../../src/edge/testing/free-ports.ts';
import type { Platform, PlatformKind } from './platforms/platform.ts';
import { allProcesses, calledWith, isThere, markedBy, signal, until, type SeenProcess } from './processes.ts';

const root = path.resolve(import.meta.dirname, '../..');

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly output: string;
  readonly endedAt: number;
}

export interface Running {
  readonly pid: number;
  readonly startedAt: number;
  readonly ended: Promise<Ended>;
}

export interface RunOptions {
  /** Fault point at which the process kills itself. */
  readonly fault?: Fault;
  /** Checkout to run from; this one otherwise. */
  readonly checkout?: string;
  /** Ended by SIGTERM, and in the end by SIGKILL, when it takes longer. */
  readonly limitMs?: number;
}

/** One kill: whichever of the processes that are given it reaches the point first, dies there, once. */
export interface Fault {
  readonly point: string | null;
  readonly file: string;
}

export type Place = 'staging' | 'production';

export class Lab {
  readonly directory = path.join(root, '.tmp', `kill-${randomUUID().slice(0, 8)}`);
  readonly project = path.join(this.directory, 'project');
  readonly home = path.join(this.project, '.greenroom');
  readonly ledger = path.join(this.directory, 'ledger');
  readonly mark = randomUUID();
  readonly ports: Record<Place, readonly number[]> = { staging: [], production: [] };
  platform: Platform | null = null;
  #postgres: EmbeddedPostgres | null = null;
  #version = 0;
  #faults = 0;

  /** `kind`: where staging runs; processes behind the edge otherwise. */
  static async open(kind: PlatformKind | null = null): Promise<Lab> {
    const lab = new Lab();
    mkdirSync(lab.directory, { recursive: true });
    cpSync(path.join(import.meta.dirname, 'fixture'), lab.project, { recursive: true });
    const [a = 0, b = 0, c = 0, d = 0] = await freePorts(4);
    lab.ports.staging = [a, b];
    lab.ports.production = [c, d];
    const file = path.join(lab.project, 'greenroom.yaml');
    const text = readFileSync(file, 'utf8')
      .replace('api: 14101, web: 14102', `api: ${a}, web: ${b}`)
      .replace('api: 14103, web: 14104', `api: ${c}, web: ${d}`);
    writeFileSync(file, text);
    writeFileSync(path.join(lab.project, '.env'), `KILL_LEDGER=${lab.ledger}\nKILL_MARK=${lab.mark}\n`);
    writeFileSync(lab.ledger, '');
    if (kind) await lab.#settleOn(kind);
    return lab;
  }

  async #settleOn(kind: PlatformKind): Promise<void> {
    this.platform = await kind.open(this);
    // Services that are no processes of this machine do not keep it up when Greenroom is dead, and the oracle has questions.
    mkdirSync(this.home, { recursive: true });
    this.#postgres = await joinPostgres({ homeDir: path.join(this.home, 'postgres'), label: 'the kill loop' });
    const { project = 'killable', staging, proxies = {} } = this.platform;
    this.ports.staging = [...this.ports.staging, ...Object.values(proxies).flat()];
    const fields = Object.entries(staging).map(([name, value]) => `    ${name}: ${JSON.stringify(value)}\n`);
    this.edit((text) =>
      text
        .replace('project: killable', `project: ${project}`)
        .replace('  staging:\n', `  staging:\n${fields.join('')}`),
    );
  }

  /** Name of the database that the migrations of a place write to. */
  database = (place: Place): string => `${this.platform?.project ?? 'killable'}_${place}_main`;

  /** The next version of the tree; `bakes: false` is one that must be taken back after the cut-over. */
  nextVersion({ bakes = true }: { bakes?: boolean } = {}): string {
    this.#version += 1;
    const version = `0.0.${this.#version}`;
    writeFileSync(
      path.join(this.project, 'package.json'),
      JSON.stringify({ name: 'killable', version, type: 'module', bakes }),
    );
    return version;
  }

  /** Changes greenroom.yaml, and answers what it was. */
  edit(change: (text: string) => string): string {
    const file = path.join(this.project, 'greenroom.yaml');
    const before = readFileSync(file, 'utf8');
    writeFileSync(file, change(before));
    return before;
  }

  /** A copy of this checkout in which every file of steps and flows was changed. */
  otherCheckout(change: (text: string) => string): string {
    const copy = path.join(this.directory, 'checkout');
    rmSync(copy, { recursive: true, force: true });
    for (const part of ['src', 'bin', 'scripts', 'package.json', 'package-lock.json'])
      cpSync(path.join(root, part), path.join(copy, part), { recursive: true });
    symlinkSync(path.join(root, 'node_modules'), path.join(copy, 'node_modules'));
    for (const folder of ['src/app/steps', 'src/workflow'])
      for (const name of readdirSync(path.join(copy, folder)).filter((each) => each.endsWith('.ts'))) {
        const file = path.join(copy, folder, name);
        writeFileSync(file, change(readFileSync(file, 'utf8')));
      }
    return copy;
  }

  /** How long the next migrations take between their two effects. */
  slowMigration(durationMs: number): void {
    const file = path.join(this.directory, 'migrate-ms');
    if (durationMs > 0) writeFileSync(file, String(durationMs));
    else rmSync(file, { force: true });
  }

  /** `name`: what happens there; SIGSTOP pauses the process instead of ending it. */
  fault(point: string | null, name: 'SIGKILL' | 'SIGSTOP' = 'SIGKILL'): Fault {
    this.#faults += 1;
    const file = path.join(this.directory, `fault-${this.#faults}`);
    if (point !== null) writeFileSync(file, `${point}\n${name}\n`);
    return { point, file };
  }

  run(argv: readonly string[], { fault, checkout = root, limitMs }: RunOptions = {}): Running {
    const variables = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(GREENROOM_|DATABASE_URL|VITEST|NODE_OPTIONS)/.test(name)),
    );
    const child = spawn(
      path.join(checkout, 'bin/greenroom'),
      [...argv, '--project', this.project, '--as', 'kill loop'],
      {
        cwd: this.directory,
        stdio: ['ignore', 'pipe', 'pipe'],
        env: {
          ...{ ...variables, NO_COLOR: '1', ...this.platform?.variables },
          ...(fault && { GREENROOM_FAULTS: fault.file }),
        },
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
    const limits =
      limitMs === undefined ? [] : [limit(child, 'SIGTERM', limitMs), limit(child, 'SIGKILL', 1.2 * limitMs)];
    // "exit" and not "close": what the process started may hold its pipes.
    const ended = new Promise<Ended>((resolve) => {
      child.on('exit', (code, name) => {
        for (const timer of limits) clearTimeout(timer);
        const endedAt = Date.now();
        setTimeout(() => resolve({ code, signal: name, output, endedAt }), 20);
      });
    });
    return { pid: child.pid ?? 0, startedAt: Date.now(), ended };
  }

  /** Runs a command that must end with `code`, and answers what it said. */
  async must(argv: readonly string[], code = 0): Promise<string> {
    const ended = await this.run(argv).ended;
    if (ended.code !== code)
      throw new Error(
        `greenroom ${argv.join(' ')} ended with ${ended.code ?? ended.signal}, not ${code}:\n${ended.output}`,
      );
    return ended.output;
  }

  /** Rows of Greenroom's own database, asked again while it is away. */
  async rows<Row extends pg.QueryResultRow>(
    text: string,
    values: readonly unknown[] = [],
    database = 'greenroom',
  ): Promise<Row[]> {
    for (let tried = 0; ; tried += 1) {
      const state = readState(homePaths(path.join(this.home, 'postgres')));
      const client = new pg.Client({
        connectionString: `postgresql://postgres:${encodeURIComponent(state?.password ?? '')}@127.0.0.1:${state?.port ?? 1}/${database}`,
        connectionTimeoutMillis: 3_000,
      });
      client.on('error', () => undefined);
      try {
        await client.connect();
        return (await client.query<Row>(text, [...values])).rows;
      } catch (error) {
        if (tried > 100) throw error;
        await sleep(100);
      } finally {
        await client.end().catch(() => undefined);
      }
    }
  }

  /** Newest deployment of a place, or of everything. */
  async newest(place: Place = 'staging'): Promise<string> {
    const [row] = await this.rows<{ id: string }>(
      'select id from greenroom.deployment where environment = $1 order by number desc limit 1',
      [place],
    );
    if (!row) throw new Error(`${place} has no deployment`);
    return row.id;
  }

  async standing(
    id: string,
  ): Promise<{ status: string; ending: string | null; hold: string | null; running: string | null }> {
    const [row] = await this.rows<{
      status: string;
      ending: string | null;
      hold: string | null;
      running: string | null;
    }>(
      `select status, ending->>'as' as ending, state->'hold'->>'kind' as hold, state->'running'->'step'->>'name' as running
         from greenroom.deployment where id = $1`,
      [id],
    );
    if (!row) throw new Error(`there is no deployment ${id}`);
    return row;
  }

  /** PostgreSQL and its keeper: pids as they are now. */
  postgres(): { postmaster: number | null; keeper: number | null } {
    const home = homePaths(path.join(this.home, 'postgres'));
    const state = readState(home);
    const keeper = allProcesses().find(({ argv }) => runsProgram('embedded/keeper', argv) && argv[2] === home.dir);
    return { postmaster: state?.postmaster?.pid ?? null, keeper: keeper?.pid ?? null };
  }

  /** Outer and inner process of the edge of a place. */
  edge(place: Place = 'staging'): { watchdogs: readonly number[]; workers: readonly number[] } {
    const directory = path.join(this.home, 'environments', place, 'edge');
    const found = calledWith(directory).filter(({ argv }) => runsProgram('edge/main', argv));
    const isWatchdog = ({ argv }: (typeof found)[number]) => argv[2] === directory;
    return {
      watchdogs: found.filter(isWatchdog).map(({ pid }) => pid),
      workers: found.filter((each) => !isWatchdog(each)).map(({ pid }) => pid),
    };
  }

  /** HAProxys of a place by name; that at the environment's addresses is just `haproxy`. */
  haproxies(place: Place = 'staging'): Readonly<Record<string, readonly number[]>> {
    const folder = path.join(this.home, 'environments', place, 'edge');
    const pids = (directory: string) => haproxyProcesses(directory).map(({ pid }) => pid);
    const others = Object.keys(this.platform?.proxies ?? {}).map(
      (name) => [`haproxy-${name}`, pids(path.join(folder, 'proxies', name))] as const,
    );
    return { haproxy: pids(folder), ...Object.fromEntries(others) };
  }

  /** How often a service was started in staging so far. */
  starts(): number {
    if (this.platform?.starts) return this.platform.starts();
    const file = path.join(this.directory, 'starts');
    if (!existsSync(file)) return 0;
    const lines = readFileSync(file, 'utf8').split('\n');
    return lines.filter((line) => line.startsWith('staging ')).length;
  }

  /** Processes that got this lab's variables: services, migrations, commands of checks. */
  marked(): readonly SeenProcess[] {
    return markedBy('KILL_MARK', this.mark);
  }

  /** Ends everything that was started here, the way it likes to end, and removes the folder. */
  async close(): Promise<void> {
    const ours = () => [
      ...calledWith(this.project).map(({ pid }) => pid),
      ...markedBy('KILL_MARK', this.mark).map(({ pid }) => pid),
      ...(['staging', 'production'] as const).flatMap((place) => [
        ...Object.values(this.edge(place)).flat(),
        ...Object.values(this.haproxies(place)).flat(),
      ]),
    ];
    await this.platform?.close?.();
    await this.#postgres?.leave();
    // Stopped ones cannot hear anything else.
    for (const pid of ours()) signal(pid, 'SIGCONT');
    for (const name of ['SIGTERM', 'SIGKILL'] as const) {
      for (const pid of ours()) signal(pid, name);
      await until(`everything of ${this.directory} gone`, () => ours().length === 0, 8_000).catch(() => undefined);
    }
    const { keeper, postmaster } = existsSync(this.home) ? this.postgres() : { keeper: null, postmaster: null };
    if (keeper !== null) signal(keeper, 'SIGTERM');
    else if (postmaster !== null) signal(postmaster, 'SIGINT');
    const left = [keeper, postmaster].filter((pid) => pid !== null);
    await until('PostgreSQL gone', () => left.every((pid) => !isThere(pid)), 15_000);
    const data = homePaths(path.join(this.home, 'postgres')).dir;
    rmSync(this.directory, { recursive: true, force: true });
    if (existsSync(data)) rmSync(data, { recursive: true, force: true });
  }
}

const limit = (child: ChildProcess, name: NodeJS.Signals, afterMs: number): NodeJS.Timeout =>
  setTimeout(() => child.kill(name), afterMs);

/** The roof: with plugs.ts the only file that knows every floor. It opens the world for the use cases. */
import { createHash, randomUUID } from 'node:crypto';
import { mkdir, rm, statfs } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { sql } from 'kysely';
import { makeDesk } from './app/deployment-desk.ts';
import type { Machine } from './app/examine.ts';
import { keepProxies } from './app/keep-proxies.ts';
import type { ResolvedVariables, World } from './app/world.ts';
import { resolveText, resolveVariables } from './config/references.ts';
import { readSources } from './config/variable-files.ts';
import type { Environment, Project } from './domain/project.ts';
import { openArtifacts } from './effects/artifacts.ts';
import { createEffects } from './effects/effects.ts';
import { faultPoint } from './effects/faults.ts';
import { keyedHash } from './effects/keyed-hash.ts';
import { openRunFolder } from './effects/run-folder.ts';
import { endLeftoverCommands } from './effects/leftover-commands.ts';
import { openHome, tieToStore } from './effects/home.ts';
import { previewSecret } from './effects/preview-secret.ts';
import { runSupervised, standOfSupervised, supervisedProcess } from './effects/supervised.ts';
import { ensureDatabase, joinPostgres, registerUser, type EmbeddedPostgres } from './embedded/postgres.ts';
import { readerUrl } from './embedded/reader.ts';
import { bootId, isAlive, ownIdentity, pidWorld } from './host/process-identity.ts';
import { leaseMs, type Leaving } from './kinds/lease.ts';
import { createLoad } from './load/door.ts';
import { checks, drivers, traffic } from './plugs.ts';
import { createRehearsals } from './rehearsal/door.ts';
import { openLease } from './store/lease.ts';
import { openStore, type Rows, type Store } from './store/store.ts';
import { openDbosEngine } from './workflow/dbos-engine.ts';
import { openDbosSpeaker } from './workflow/dbos-speaker.ts';
import { defineFlows } from './workflow/deployment-flow.ts';
import type { Engine } from './workflow/engine.ts';

type Variables = Readonly<Record<string, string | undefined>>;

export interface WorldOptions {
  readonly project: Project;
  readonly variables: Variables;
  readonly onProgress: (line: string) => void;
  /** This process was declared dead while it was paused, and must end. */
  readonly onFenced: () => void;
  /** `engine` carries deployments on, its own and those that a dead process left; `reader` looks, and leaves messages. */
  readonly role: 'engine' | 'reader';
}

export interface OpenWorld extends World {
  /** Leaves the engine, the store and the embedded PostgreSQL; deployments in progress go on wherever another process runs. */
  close(manner?: Leaving): Promise<void>;
}

/** Folder of Greenroom's own files for a project. */
const homeOf = (project: Pick<Project, 'directory'>, variables: Variables): string =>
  variables['GREENROOM_HOME'] ?? path.join(project.directory, '.greenroom');

export async function openWorld(options: WorldOptions): Promise<OpenWorld> {
  const { project, variables, role } = options;
  const home = homeOf(project, variables);
  await openHome(home, project.name);
  const { clock } = createEffects({ secrets: [], load: createLoad() });
  const postgres = openEmbedded(path.join(home, 'postgres'), options.onProgress);
  const own = variables['GREENROOM_DATABASE_URL'] ?? variables['DATABASE_URL'];
  const url = own ?? (await postgres.ensure('greenroom'));
  const revive = own === undefined ? postgres.revive : async () => {};
  const node = `node-${randomUUID().slice(0, 13)}`;
  const store = await openStore({
    url,
    revive,
    isOwn: own !== undefined,
    sleep: (durationMs) => clock.sleep(durationMs),
  });
  await tieToStore(home, store.identity).catch(async (error: unknown) => {
    await store.close();
    await postgres.leave();
    throw error;
  });
  const engine: Engine =
    role === 'reader'
      ? openDbosSpeaker(url)
      : openDbosEngine({ url, lease: leaseOf(store, node), onFenced: options.onFenced, revive });
  let stopKeeping = () => {};
  const world: OpenWorld = {
    ...{ home, node, store, engine, clock, checks, drivers, traffic, embedded: postgres },
    databaseNow: async () => (await store.read(databaseTime)).at,
    hash: (text) => createHash('sha256').update(text).digest('hex'),
    keyedHash,
    newId: (prefix) => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 16)}`,
    artifacts: openArtifacts(path.join(home, 'artifacts')),
    folders: {
      async empty(folder) {
        await rm(folder, { recursive: true, force: true });
        await mkdir(folder, { recursive: true });
      },
      openRun: (parent) =>
        openRunFolder(path.join(home, parent), (names) =>
          endLeftoverCommands(names.map((name) => path.join(parent, name))),
        ),
      remove: (folder) => rm(folder, { recursive: true, force: true }),
      endCommands: endLeftoverCommands,
    },
    supervised: {
      processOf: supervisedProcess,
      hasBegun: async (directory, id) => (await standOfSupervised(directory, id)).status !== 'nothing',
      run: ({ stateDirectory, directory, ...request }, signal) =>
        runSupervised({ ...request, directory: stateDirectory, cwd: directory }, signal),
    },
    effects(secrets) {
      const doors = createEffects({ secrets, load: createLoad(), rehearsals: createRehearsals() });
      return { ...doors, redact: (text) => doors.redactor.text(text) };
    },
    previewSecret,
    resolveVariables: async (project, environment) => resolved(project, environment, variables),
    reach: faultPoint(variables),
    async close(manner) {
      stopKeeping();
      await engine.close(manner);
      await store.close();
      await postgres.leave();
    },
  };
  defineFlows(engine, makeDesk(world));
  await engine.open();
  if (role === 'engine') stopKeeping = keep(() => keepProxies(world, project));
  return world;
}

const keepEveryMs = 1_000;

/** Does it over and over until it is stopped; what fails is tried the next time, and shows where somebody needs it. */
function keep(act: () => Promise<unknown>): () => void {
  let isBusy = false;
  const timer = setInterval(() => {
    if (isBusy) return;
    isBusy = true;
    void act()
      .catch(() => {})
      .finally(() => (isBusy = false));
  }, keepEveryMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** The embedded PostgreSQL, joined when it is first needed. */
function openEmbedded(homeDir: string, onProgress: (line: string) => void) {
  const join = () => joinPostgres({ homeDir, label: `greenroom ${process.pid}`, onProgress });
  let joined: Promise<EmbeddedPostgres> | null = null;
  return {
    ensure: async (name: string) => ensureDatabase(await (joined ??= join()), name),
    readerOf: async (name: string) => readerUrl(await (joined ??= join()), name),
    addUser: (user: Parameters<typeof registerUser>[1]) => registerUser(homeDir, user),
    async revive() {
      joined = join();
      await joined;
    },
    leave: async () => void (await (await joined)?.leave()),
  };
}

function leaseOf(store: Store, node: string) {
  return openLease(store, {
    ...{ node, ttlMs: leaseMs },
    process: { host: `${os.hostname()}/${bootId()}/${pidWorld()}`, ...ownIdentity() },
    isAlive: ({ pid, startedTicks }) => isAlive({ pid, startedTicks: startedTicks ?? '0' }),
  });
}

/** Variables of an environment, and what else of the Model refers to some: a password may stand in the URL of a database only. */
function resolved(project: Project, environment: Environment, variables: Variables): ResolvedVariables {
  const sources = readSources(project.directory, environment, variables);
  const { values, secrets, missing } = resolveVariables(environment, sources);
  const texts = [
    ...project.databases.flatMap(({ name, source }) =>
      source.kind === 'url' ? [{ label: `databases.${name}.url`, text: source.url }] : [],
    ),
    ...project.caches
      .filter((cache) => !cache.disabledIn.includes(environment.name))
      .map(({ name, url }) => ({ label: `caches.${name}`, text: url })),
    ...project.services.flatMap((service) =>
      Object.entries(service.variables).map(([name, text]) => ({
        label: `services.${service.name}.variables.${name}`,
        text,
      })),
    ),
  ];
  const others = texts.map(({ label, text }) => ({ label, ...resolveText(text, label, environment, sources) }));
  return {
    values,
    declared: values,
    secrets: [...secrets, ...others.flatMap((each) => each.secrets)],
    places: [
      ...Object.entries(values).map(([name, value]) => ({ name, value })),
      ...others.flatMap(({ label, value }) => (value === null ? [] : [{ name: label, value }])),
    ],
    // A service has the variables of its environment, so the same is found missing for both.
    missing: [...new Set([...missing, ...others.flatMap((each) => each.missing)].map(({ message }) => message))],
    expand: (text) => resolveText(text, 'reference', environment, sources).value ?? '',
  };
}

async function databaseTime(on: Rows): Promise<{ readonly at: number; readonly version: string }> {
  const { rows } = await sql<{ at: Date; version: string }>`select clock_timestamp() as at, version()`.execute(on);
  return { at: rows[0]!.at.getTime(), version: rows[0]!.version.split(' on ')[0]! };
}

/** What `doctor` looks at. The database is opened only when it is asked for. */
export function openMachine(project: Project, reader: () => Promise<OpenWorld>): Machine {
  const effects = createEffects({ secrets: [], load: createLoad() });
  return {
    ...{ project, effects, isRoot: process.getuid?.() === 0, nodeVersion: process.version },
    async freeDisk() {
      const { bavail, blocks, bsize } = await statfs(project.directory);
      return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
    },
    async databaseClock() {
      const { store } = await reader();
      const began = performance.now();
      const { at, version } = await databaseTime(store.rows);
      return { at, tookMs: performance.now() - began, version };
    },
    async tool(name, ...args) {
      const request = {
        argv: [name, ...args],
        directory: project.directory,
        variables: {},
        timeoutMs: 10_000,
        maxOutputBytes: 4096,
      };
      const answer = await effects.process.run(request, new AbortController().signal);
      return answer.status === 'exited' && answer.exitCode === 0 ? answer.output.trim() : null;
    },
  };
}

import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { failed, ok } from '../../domain/failure.ts';
import { configurationHash } from '../../domain/configuration.ts';
import type { Json } from '../../domain/json.ts';
import type { CheckSpec, Project } from '../../domain/project.ts';
import type { Release } from '../../domain/release.ts';
import { createEffects } from '../../effects/effects.ts';
import type { Check, Gathered, Judgement, RegisteredCheck } from '../../kinds/check.ts';
import { register } from '../../kinds/check.ts';
import type { Clock, HttpAnswer, Sql } from '../../kinds/effects.ts';
import { sampleProject } from '../../report/testing/project.ts';
import { accountOf } from '../../store/accounts.ts';
import { findDeployment, type StoredDeployment } from '../../store/deployments.ts';
import { openLease } from '../../store/lease.ts';
import { sha256 } from '../../store/records.ts';
import { saveRelease } from '../../store/releases.ts';
import type { Store } from '../../store/store.ts';
import { releaseOf } from '../../store/testing/samples.ts';
import { defineFlows } from '../../workflow/deployment-flow.ts';
import { openMemoryEngine } from '../../workflow/memory-engine.ts';
import { orderDeployment } from '../deploy-release.ts';
import { makeDesk } from '../deployment-desk.ts';
import { planDeployment } from '../plan-deployment.ts';
import type { World } from '../world.ts';
import { fakeDriver, fakeTraffic, type FakeDriver, type FakeTraffic } from './fake-plugs.ts';

/** The use cases' world with a real store, a real desk and flows, and the outside in memory: no process, port or waiting. */
export interface TestWorld extends World {
  readonly project: Project;
  readonly driver: FakeDriver;
  readonly proxy: FakeTraffic;
  /** Goes on by what is slept, or by hand. */
  readonly time: { now: number };
  /** What the check of this name saw; 1 unless it is said. Above 1 is a failure, 1 passes, below it is a warning. */
  readonly seen: Map<string, number | (() => Promise<Gathered<number>>)>;
  /** Answers of services, when they are not what a good one would say. */
  readonly answers: Map<string, (url: string) => HttpAnswer | null>;
  readonly secrets: string[];
  /** What the last pruning kept. */
  readonly kept: { digests: ReadonlySet<string> | null };
  /** Trees that are not as they were pinned: what they hash to, or null when nothing is left. */
  readonly stored: Map<string, string | null>;
  /** Fingerprint of the packages beside every tree. */
  readonly packages: { beside: string | null };
  readonly broken: unknown[];
  /** Done when a point of this name is reached. */
  readonly reached: Partial<Record<string, () => unknown>>;
  release(version: string): Promise<Release>;
  /** Orders a deployment and answers it when it has ended or holds. */
  deploy(environment: string, version: string): Promise<StoredDeployment>;
  settled(id: string): Promise<StoredDeployment>;
  close(): Promise<void>;
}

export const checkNamed = (name: string, over: Partial<CheckSpec> = {}): CheckSpec => ({
  ...{ name, kind: 'scripted', config: { name }, in: ['staging', 'production'], blocking: true, timeoutMs: 2_000 },
  ...{ retries: 0, flaky: 'warn', after: [], where: 'greenroom.yaml:9:3' },
  ...over,
});

/** Two environments; one service; a check before it starts and two after it. */
export function testProject(name: string): Project {
  const phase = (title: string, work: Project['phases'][number]['work'], checks: readonly CheckSpec[]) => ({
    ...{ name: title, budgetMs: 20_000, parallel: 4, work, checks },
  });
  const environments = sampleProject.environments.map((environment, index) => ({
    ...environment,
    ports: { backend: 4_001 + 100 * index },
    bake: { ...environment.bake, forMs: 1_000, everyMs: 200 },
  }));
  const phases = [
    phase('preflight', [], [checkNamed('unit')]),
    phase('deployment', ['services'], []),
    phase('health', [], [checkNamed('smoke'), checkNamed('docs', { blocking: false })]),
    phase('decision', ['decision'], []),
  ];
  return { ...sampleProject, name, environments, phases, databases: [] };
}

const judge = (_config: unknown, value: number): Judgement => ({
  ...{ outcome: value > 1 ? 'fail' : value < 1 ? 'warn' : 'pass', reason: `it was ${value}`, findings: [] },
});

export function scripted(
  gather: Check<{ name: string }, number>['gather'],
  over: Partial<Check<{ name: string }, number>> = {},
): RegisteredCheck {
  return register<{ name: string }, number>({
    ...{ kind: 'scripted', summary: 'does what it is told', schema: z.strictObject({ name: z.string() }) },
    ...{ runs: 'together', defaultIn: 'everywhere', gather, judge, ...over },
  });
}

export async function openTestWorld(store: Store, name: string, over: Partial<World> = {}): Promise<TestWorld> {
  const project = testProject(name);
  const home = mkdtempSync(path.join(tmpdir(), 'greenroom-app-'));
  const node = `node-${randomUUID().slice(0, 8)}`;
  const lease = openLease(store, {
    ...{ node, ttlMs: 5_000, process: { host: 'h', pid: 1, startedTicks: '1' }, isAlive: () => true },
  });
  await lease.join();
  const broken: unknown[] = [];
  const reached: TestWorld['reached'] = {};
  const [driver, proxy] = [fakeDriver(), fakeTraffic()];
  const time = { now: 1_800_000_000_000 };
  const seen: TestWorld['seen'] = new Map();
  const answers: TestWorld['answers'] = new Map();
  const secrets: string[] = [];
  const kept: TestWorld['kept'] = { digests: null };
  const stored: TestWorld['stored'] = new Map();
  const clock: Clock = {
    now: () => time.now,
    elapsed: () => time.now,
    async sleep(durationMs, signal) {
      await new Promise((resolve) => setImmediate(resolve));
      signal?.throwIfAborted();
      time.now += durationMs;
    },
  };
  const check = scripted(async (config) => {
    const value = seen.get(config.name) ?? 1;
    return typeof value === 'number' ? { status: 'measured', data: value } : value();
  });
  const request = async (url: string, headers: Asked['headers']) => answerOf(world, { url, headers });
  const world: TestWorld = {
    ...{ home, node, store, project, driver, proxy, time, seen, answers, secrets, kept, stored, broken, clock },
    packages: { beside: null },
    engine: openMemoryEngine((error) => broken.push(error)),
    databaseNow: async () => time.now,
    hash: sha256,
    newId: (prefix) => `${prefix}_${randomUUID().replaceAll('-', '').slice(0, 16)}`,
    checks: new Map([['scripted', check]]),
    drivers: new Map([['process', driver]]),
    traffic: new Map([['edge', proxy]]),
    artifacts: {
      store: async (directory) => ({ digest: `tree:${directory}`, directory, fileCount: 1, sizeBytes: 1 }),
      verify: async (digest) => {
        const found = stored.get(digest);
        if (found === undefined) return ok({ directory: digest, fileCount: 3, sizeBytes: 300 });
        return failed({ code: 'GR6503', message: `it hashes to ${found ?? 'nothing'}, not to ${digest}` });
      },
      measure: async (digest) => stored.get(digest) ?? null,
      beside: async () => world.packages.beside,
      directoryOf: (digest) => path.join(home, 'artifacts', digest),
      copyTo: async () => {},
      alone: (act) => act(),
      prune: async (needed) => (kept.digests = await needed()).size,
    },
    supervised: {
      run: () => Promise.reject(new Error('nothing is migrated here')),
      processOf: async () => null,
      hasBegun: async () => false,
    },
    folders: {
      empty: async () => {},
      openRun: async (parent) => path.join(home, parent, 'run'),
      remove: async () => {},
      endCommands: async () => {},
    },
    embedded: {
      ensure: async (database) => `postgresql://u:p@h/${database}`,
      readerOf: async (database) => `postgresql://reader:p@h/${database}`,
      addUser: async () => {},
    },
    effects(more) {
      const doors = createEffects({ secrets: more, load: { run: () => Promise.reject(new Error('no load here')) } });
      const http = { request: ({ url, headers }: Asked) => request(url, headers) };
      const sql: Sql = { query: async () => ({ status: 'answered', rows: [], rowCount: 0, durationMs: 1 }) };
      return { ...doors, http, sql, clock, redact: (text) => doors.redactor.text(text) };
    },
    keyedHash: () => sha256,
    resolveVariables: async () => ({
      ...{ values: {}, declared: {}, secrets, places: [], missing: [], expand: (text: string) => text },
    }),
    previewSecret: async (_, deployment) => sha256(`secret of ${deployment}`),
    reached,
    reach: async (point) => void (await reached[point]?.()),
    async release(version) {
      const release = releaseOf(name, version, configurationHash(project, sha256));
      await saveRelease(store, release, 'ada', (time.now += 1));
      return release;
    },
    async deploy(environment, version) {
      const release = await world.release(version);
      const { plan } = await planDeployment(world, project, environment, release.id);
      time.now += 1;
      const order = { project, plan, actor: 'ada', reason: null, bindToPlan: false, supersede: 'queued' } as const;
      return world.settled((await orderDeployment(world, order)).id);
    },
    async settled(id) {
      for (let look = 0; look < 2_000; look += 1) {
        const found = await store.read((rows) => findDeployment(rows, id));
        if (
          found &&
          (found.status === 'ended' ? (await world.engine.find(id))?.status === 'ended' : found.status === 'held')
        )
          return found;
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      throw new Error(`deployment ${id} did not settle; broken: ${String(broken[0])}`);
    },
    async close() {
      await world.engine.close();
      rmSync(home, { recursive: true, force: true });
    },
    ...over,
  };
  defineFlows(world.engine, makeDesk(world));
  await world.engine.open();
  return world;
}

interface Asked {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

/** Who listens there: an instance, or whatever a proxy points to. Good ones say which release they are. */
function answerOf(world: TestWorld, { url, headers }: Asked): HttpAnswer {
  const port = Number(new URL(url).port);
  const publicly = world.project.environments.find((each) => each.ports['backend'] === port);
  const target = publicly && world.proxy.targetFor(publicly.name, headers)?.services['backend'];
  const instance = [...world.driver.running.values()].flat().find((each) => each.port === (target?.port ?? port));
  const said = instance && world.answers.get(instance.releaseId)?.(url);
  if (said) return said;
  if (!instance)
    return { status: 'unreachable', reason: 'nothing listens there', errorCode: 'ECONNREFUSED', durationMs: 1 };
  return answered(200, { release: instance.releaseId });
}

export const answered = (code: number, body: Json): HttpAnswer => ({
  ...{ status: 'answered', code, headers: {}, body: JSON.stringify(body), truncated: false, bodyBytes: 1 },
  ...{ durationMs: 1, tls: null },
});

/** What the last step of that kind has found. */
export const factsOf = async (world: TestWorld, { id }: StoredDeployment, kind: string) =>
  (await world.store.read((rows) => accountOf(rows, id)))!.steps.findLast((each) => each.kind === kind)!.facts;

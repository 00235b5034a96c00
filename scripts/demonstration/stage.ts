import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { lastEpoch, takeDown } from '../../src/app/take-down.ts';
import { loadProject, type LoadedProject } from '../../src/config/load.ts';
import { FailureError } from '../../src/domain/failure.ts';
import { createTcp } from '../../src/effects/tcp.ts';
import { createRedactor } from '../../src/effects/redaction.ts';
import { postgresState } from '../../src/embedded/postgres.ts';
import { isAlive, ownIdentity } from '../../src/host/process-identity.ts';
import { checks, drivers, traffic } from '../../src/plugs.ts';

const root = path.resolve(import.meta.dirname, '../..');
const sample = path.join(root, 'examples/medianest');
const ground = path.join(root, '.tmp');

/** A copy of the sample project to play on, with ports that are free here. */
export interface Stage {
  readonly directory: string;
  readonly loaded: LoadedProject;
}

export async function setStage(): Promise<Stage> {
  await clearAbandoned();
  const directory = path.join(ground, `demonstration-${process.pid}`);
  mkdirSync(directory, { recursive: true });
  writeFileSync(path.join(directory, 'owner.json'), JSON.stringify(ownIdentity()));
  for (const entry of readdirSync(sample))
    if (entry !== '.greenroom' && entry !== 'reports')
      cpSync(path.join(sample, entry), path.join(directory, entry), { recursive: true });
  await useFreePorts(path.join(directory, 'greenroom.yaml'));
  return { directory, loaded: load(directory) };
}

/** Stops everything that was started on a stage, and removes it. */
export async function strike(directory: string): Promise<void> {
  const { project } = load(directory);
  for (const environment of project.environments)
    await takeDown({ drivers, traffic }, project, environment, path.join(directory, '.greenroom'), lastEpoch);
}

/** Removes a struck stage, as soon as its PostgreSQL has ended with its last user. */
export async function remove(directory: string): Promise<void> {
  const database = path.join(directory, '.greenroom', 'postgres');
  for (let waits = 0; waits < 100 && postgresState(database)?.keeperPid; waits += 1) await sleep(100);
  rmSync(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

function load(directory: string): LoadedProject {
  const result = loadProject(path.join(directory, 'greenroom.yaml'), { checks, drivers, traffic });
  if (!result.ok) throw new FailureError(...result.failures);
  return result.value;
}

/** What a demonstration that was killed has left behind. */
async function clearAbandoned(): Promise<void> {
  mkdirSync(ground, { recursive: true });
  for (const entry of readdirSync(ground).filter((name) => /^demonstration-\d+$/.test(name))) {
    const directory = path.join(ground, entry);
    if (isOwned(directory)) continue;
    await strike(directory).catch(() => {});
    await remove(directory);
  }
}

function isOwned(directory: string): boolean {
  try {
    return isAlive(
      JSON.parse(readFileSync(path.join(directory, 'owner.json'), 'utf8')) as { pid: number; startedTicks: string },
    );
  } catch {
    return false;
  }
}

/** Rewrites `ports: { backend: 4001, … }`: a port that somebody holds gives way to the next free one. */
async function useFreePorts(file: string): Promise<void> {
  const tcp = createTcp(createRedactor());
  const taken = new Set<number>();
  let text = readFileSync(file, 'utf8');
  for (const [whole, list] of text.matchAll(/ports: \{([^}]*)\}/g)) {
    let changed = whole;
    for (const [, port] of list!.matchAll(/: (\d+)/g)) {
      let free = Number(port);
      while (taken.has(free) || !(await tcp.isFree('127.0.0.1', free)).free) free += 7;
      taken.add(free);
      changed = changed.replace(`: ${port}`, `: ${free}`);
    }
    text = text.replace(whole, changed);
  }
  writeFileSync(file, text);
}

// Judges from outside what a deployment came to: processes by /proc, requests by a stream of its own, effects by their ledgers, and the
// tables by plain SQL with its own arithmetic. Nothing of Greenroom's code decides here.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { request } from 'node:http';
import type { Lab, Place } from './lab.ts';
import type { Probe } from './probes.ts';
import { markedBy } from './processes.ts';

export interface SeenService {
  readonly pid: number;
  readonly program: string;
  readonly release: string;
  readonly colour: string;
}

export interface SeenRecord {
  readonly sequence: number;
  readonly at: number;
  readonly deployment: string | null;
  readonly kind: string;
  readonly actor: string;
  readonly data: Readonly<Record<string, unknown>>;
  readonly previous: string;
  readonly hash: string;
}

export interface Facts {
  readonly deployment: {
    readonly id: string;
    readonly release: string;
    readonly ending: string | null;
    readonly steps: readonly string[];
  };
  readonly serving: string | null;
  /** Lines that migrations left in the ledger outside, as "<environment> <release>". */
  readonly ledger: readonly string[];
  /** Rows that migrations of this release left in the database. */
  readonly migratedRows: number;
  readonly services: readonly SeenService[];
  /** Processes of the proxy by their part, and how many of each there should be: one. */
  readonly proxy: Readonly<Record<string, number>>;
  /** How often a service was started since the deployment was asked for. */
  readonly starts: number;
  readonly leftovers: readonly string[];
  /** Releases that answered through the public ports just now. */
  readonly answering: readonly string[];
  readonly records: readonly SeenRecord[];
  readonly flows: readonly { readonly id: string; readonly status: string }[];
  readonly failedProbes: readonly Probe[];
  /** Of `greenroom status --json`. */
  readonly status: { readonly serving: string | null; readonly inProgress: number; readonly intact: boolean } | null;
}

export interface Expectation {
  readonly ending: 'live' | 'rolled-back' | 'cancelled' | 'no-go' | 'could-not-judge';
  /** Release that must have the traffic. */
  readonly serves: string;
  readonly migrations: number;
  /** How often services were started for it; not looked at where it is not said. */
  readonly starts?: number;
}

export interface Look {
  readonly place: Place;
  readonly id: string;
  readonly failedProbes: readonly Probe[];
  readonly withStatus: boolean;
  /** As many services had been started before. */
  readonly startsBefore: number;
}

export async function lookAt(lab: Lab, { place, id, failedProbes, withStatus, startsBefore }: Look): Promise<Facts> {
  const [row] = await lab.rows<{ release: string; ending: string | null; steps: { name: string }[] }>(
    `select plan->'release'->>'id' as release, ending->>'as' as ending, plan->'steps' as steps from greenroom.deployment where id = $1`,
    [id],
  );
  if (!row) throw new Error(`there is no deployment ${id}`);
  const environment = await lab.rows<{ release: string | null }>(
    `select serving->>'releaseId' as release from greenroom.environment where name = $1`,
    [place],
  );
  return {
    deployment: { id, release: row.release, ending: row.ending, steps: row.steps.map(({ name }) => name) },
    serving: environment[0]?.release ?? null,
    ledger: readFileSync(lab.ledger, 'utf8')
      .trim()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => line.split(' ').slice(0, 2).join(' ')),
    migratedRows: await migratedRows(lab, place, row.release),
    services: servicesIn(lab, place),
    proxy: proxyOf(lab, place),
    starts: lab.starts() - startsBefore,
    leftovers: (place === 'staging' && lab.platform?.leftovers?.()) || [],
    answering: await answering(lab.ports[place]),
    records: await recordsOf(lab),
    flows: await flowsOf(lab, id),
    failedProbes,
    status: withStatus ? await statusOf(lab, place) : null,
  };
}

/** How they failed, in which order, and between when; a crash of the proxy, a stall and a colour that is gone too early are told apart by it. */
const failedWords = (probes: Facts['failedProbes']): string =>
  [
    ...Map.groupBy(
      probes,
      ({ error, release }) => `${error} ${release === null ? 'before an answer' : `of ${release}`}`,
    ),
  ]
    .map(([kind, of]) => {
      const [first, last] = [of[0]!, of.at(-1)!];
      const idle = of.map(({ idleMs }) => (idleMs === null ? 'new' : `idle for ${idleMs} ms`));
      return `${of.length} ${kind}, sent ${first.sentAt} to ${last.sentAt}, ended ${first.endedAt} to ${last.endedAt}, connections ${[...new Set(idle)].slice(0, 5).join(', ')}`;
    })
    .join('; ');

/** What is wrong; empty when all is as it must be. Pure. */
export function judge(facts: Facts, place: Place, expected: Expectation): readonly string[] {
  const { deployment, services, proxy, answering, status, failedProbes } = facts;
  const wrong: string[] = [];
  const must = (isSo: boolean, complaint: string) => void (isSo || wrong.push(complaint));
  must(deployment.ending === expected.ending, `ended as ${deployment.ending ?? 'nothing'}, not ${expected.ending}`);
  must(failedProbes.length === 0, `${failedProbes.length} requests failed: ${failedWords(failedProbes)}`);
  const runs = facts.ledger.filter((line) => line === `${place} ${deployment.release}`).length;
  must(runs === expected.migrations, `the migration ran ${runs} times, not ${expected.migrations}`);
  must(
    facts.migratedRows === expected.migrations,
    `the migration left ${facts.migratedRows} rows, not ${expected.migrations}`,
  );
  const releases = services.map(({ release }) => release);
  must(
    services.length === 2 && releases.every((release) => release === expected.serves),
    `processes: ${JSON.stringify(services)}, not two of ${expected.serves}`,
  );
  must(
    Object.values(proxy).every((count) => count === 1),
    `the proxy has ${Object.entries(proxy)
      .map(([part, count]) => `${count} ${part}`)
      .join(' and ')}`,
  );
  const { starts = facts.starts } = expected;
  must(facts.starts === starts, `services were started ${facts.starts} times, not ${starts}`);
  must(facts.leftovers.length === 0, `left behind: ${facts.leftovers.join(', ')}`);
  must(
    answering.every((release) => release === expected.serves),
    `${[...new Set(answering)].join(', ')} answer, not ${expected.serves}`,
  );
  must(facts.serving === expected.serves, `${facts.serving} is recorded as serving, not ${expected.serves}`);
  wrong.push(...brokenChain(facts.records), ...wrongSteps(facts, expected));
  for (const flow of facts.flows) must(isOver(flow, facts, expected), `flow ${flow.id} is ${flow.status}`);
  must(facts.flows.length > 0, 'there are no flows');
  if (status !== null) {
    must(
      status.serving === expected.serves && status.inProgress === 0 && status.intact,
      `status says ${JSON.stringify(status)}`,
    );
  }
  return wrong;
}

/** One whose process died after it had told its end has nothing left to do but to close; `settled` sees that it does. */
function isOver(
  { id, status }: Facts['flows'][number],
  { records, deployment }: Facts,
  expected: Expectation,
): boolean {
  if (status === 'SUCCESS' || (expected.ending === 'cancelled' && status === 'CANCELLED')) return true;
  const own = records.filter((record) => record.deployment === deployment.id);
  const number = /\/(\d+)-/.exec(id)?.[1];
  const isTold =
    number === undefined
      ? own.some(({ kind }) => kind === 'deployment-ended')
      : own.some(({ kind, data }) => kind === 'step-ended' && data['operation'] === Number(number));
  return (status === 'ENQUEUED' || status === 'PENDING') && isTold;
}

/** Each operation began once and ended at most once; on the way to live every step of the plan was done exactly once. */
function wrongSteps({ deployment, records }: Facts, expected: Expectation): readonly string[] {
  const own = records.filter((record) => record.deployment === deployment.id);
  const wrong: string[] = [];
  const began = own.filter(({ kind }) => kind === 'step-began');
  const ended = own.filter(({ kind }) => kind === 'step-ended');
  for (const [what, list] of [
    ['began', began],
    ['ended', ended],
  ] as const) {
    const numbers = list.map(({ data }) => data['operation']);
    if (new Set(numbers).size !== numbers.length) wrong.push(`an operation ${what} twice: ${numbers.join(', ')}`);
  }
  const ends = own.filter(({ kind }) => kind === 'deployment-ended').length;
  if (ends !== 1) wrong.push(`the end is recorded ${ends} times`);
  const done = ended.filter(({ data }) => data['status'] === 'done').map(({ data }) => String(data['step']));
  if (new Set(done).size !== done.length) wrong.push(`a step was done twice: ${done.join(', ')}`);
  if (expected.ending === 'live' && done.join() !== deployment.steps.join())
    wrong.push(`done were ${done.join(', ')}; planned were ${deployment.steps.join(', ')}`);
  return wrong;
}

function brokenChain(records: readonly SeenRecord[]): readonly string[] {
  let previous = '0'.repeat(64);
  for (const [index, record] of records.entries()) {
    const { sequence, at, kind, actor, data, hash } = record;
    const expected = createHash('sha256').update(sorted({ kind, actor, data, sequence, at, previous })).digest('hex');
    if (sequence !== index + 1 || record.previous !== previous || hash !== expected)
      return [`the record is broken at ${sequence}`];
    previous = hash;
  }
  return [];
}

/** JSON with the members of every object in the order of their names. */
const sorted = (value: unknown): string =>
  JSON.stringify(value, (_key, member: unknown) =>
    member !== null && typeof member === 'object' && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

export function proxyOf(lab: Lab, place: Place): Facts['proxy'] {
  if (place === 'staging' && lab.platform?.staging.traffic)
    return Object.fromEntries(Object.entries(lab.haproxies(place)).map(([name, { length }]) => [name, length]));
  const { watchdogs, workers } = lab.edge(place);
  return { watchdogs: watchdogs.length, workers: workers.length };
}

function servicesIn(lab: Lab, place: Place): readonly SeenService[] {
  if (place === 'staging' && lab.platform?.running) return lab.platform.running();
  return markedBy('KILL_MARK', lab.mark)
    .filter(({ variables }) => variables['GREENROOM_ENVIRONMENT'] === place)
    .map(({ pid, argv, variables }) => ({
      ...{ pid, program: argv.slice(1).join(' ') },
      release: variables['GREENROOM_RELEASE'] ?? '',
      colour: variables['GREENROOM_COLOUR'] ?? '',
    }));
}

async function migratedRows(lab: Lab, place: Place, release: string): Promise<number> {
  const found = await lab
    .rows<{ count: string }>('select count(*) from migrated where release = $1', [release], lab.database(place))
    .catch(() => []);
  return Number(found[0]?.count ?? 0);
}

async function recordsOf(lab: Lab): Promise<readonly SeenRecord[]> {
  const rows = await lab.rows<Omit<SeenRecord, 'sequence' | 'at'> & { sequence: string; at: string }>(
    'select sequence, at, deployment, kind, actor, data, previous, hash from greenroom.record order by sequence',
  );
  return rows.map((row) => ({ ...row, sequence: Number(row.sequence), at: Number(row.at) }));
}

const flowsOf = (lab: Lab, id: string) =>
  lab.rows<{ id: string; status: string }>(
    'select workflow_uuid as id, status from dbos.workflow_status where workflow_uuid = $1 or workflow_uuid like $2',
    [id, `${id}/%`],
  );

async function statusOf(lab: Lab, place: Place): Promise<Facts['status']> {
  const said = JSON.parse(await lab.must(['status', '--json'])) as {
    environments: { name: string; serving: { releaseId: string } | null; inProgress: unknown[] }[];
    record: { intact: boolean };
  };
  const found = said.environments.find(({ name }) => name === place);
  return {
    serving: found?.serving?.releaseId ?? null,
    inProgress: found?.inProgress.length ?? -1,
    intact: said.record.intact,
  };
}

async function answering(ports: readonly number[]): Promise<readonly string[]> {
  const asked = ports.flatMap((port) => [port, port, port]);
  return Promise.all(asked.map((port) => releaseAt(port)));
}

const releaseAt = (port: number): Promise<string> =>
  new Promise((resolve) => {
    const outgoing = request({ host: '127.0.0.1', port, path: '/', agent: false, timeout: 10_000 }, (response) => {
      response.resume();
      resolve(String(response.headers['x-release'] ?? 'nobody'));
    });
    outgoing.on('timeout', () => outgoing.destroy());
    outgoing.on('error', (error) => resolve(error.message));
    outgoing.end();
  });

// A migration of the corpus through the whole rehearsal. Its runner, its production and its age are what the corpus says.
import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { defaultBars } from '../../src/domain/rehearsal/bars.ts';
import type { RehearsalFacts } from '../../src/domain/rehearsal/facts.ts';
import { judgeRehearsal, type RehearsalJudgement } from '../../src/domain/rehearsal/judge-rehearsal.ts';
import type { Command } from '../../src/kinds/rehearsals.ts';
import type { RehearsalOrder } from '../../src/rehearsal/order.ts';
import { rehearse, type Rehearsal } from '../../src/rehearsal/rehearse.ts';
import { toldTimeout } from '../../src/rehearsal/testing/told-timeout.ts';
import { productionBytes } from './base.ts';
import { statementsOf, type Case } from './corpus.ts';
import { isApart } from './truth.ts';

export interface Rehearsed {
  readonly rehearsal: Rehearsal;
  /** With the sizes and versions that the corpus declares in the place of those of the small copy. */
  readonly facts: RehearsalFacts;
  readonly judgement: RehearsalJudgement;
}

const lockTimeoutMs = 400;
const dayMs = 24 * 60 * 60 * 1000;

/** `adminUrl`: a server where `openLab` has made the base. */
export async function rehearsed(adminUrl: string, migration: Case): Promise<Rehearsed> {
  const copy = `copy_${randomUUID().slice(0, 8)}`;
  const at = (database: string) => Object.assign(new URL(adminUrl), { pathname: database }).href;
  const { script, expected, file } = migration;
  const ask = (url: string, texts: readonly string[]) =>
    asOne(url, async (client) => {
      for (const text of texts) await client.query(text);
    });
  await ask(at('postgres'), [`create database ${copy} owner owner template corpus_base`]);
  try {
    const owner = Object.assign(new URL(at(copy)), { username: 'owner', password: 'corpus' }).href;
    for (const text of statementsOf(script.before?.text ?? ''))
      await ask(owner, [text]).catch((error: unknown) => {
        if (!script.before!.mayFail) throw error;
      });
    const given = expected.given ?? {};
    const way = script.down ?? script.forward;
    const rehearsal = await rehearse({
      ...{
        adminUrl: at('postgres'),
        copy,
        copiedAtMs: 0,
        nowMs: (given.copyAgeDays ?? 1) * dayMs,
        lockTimeoutMs,
      },
      ...{ files: [{ file, text: script.up }], migrate: runnerOf(migration), limitMs: 120_000 },
      back: way === null ? null : { kind: script.down === null ? 'forward-fix' : 'down', run: texts([way]) },
      write: script.written === null ? null : texts([script.written]),
      ...{ oldStatements: script.old, production: null, profile: 'full' },
      ...asWhom(given.login),
    });
    const facts = { ...rehearsal.facts, ...declared(migration, rehearsal.facts) };
    const budgetMs = given.budgetMs ?? defaultBars.budgetMs;
    return { rehearsal, facts, judgement: judgeRehearsal(facts, { ...defaultBars, budgetMs }) };
  } finally {
    await ask(at('postgres'), [`drop database if exists ${copy} with (force)`]);
    await ask(at('postgres'), ['alter role owner reset all']);
  }
}

const usualPath = '"$user", public';

/** Production as the lab is: `owner` owns everything, `app` uses it. */
function asWhom(login: string = usualPath): Pick<RehearsalOrder, 'applicationRole' | 'logins'> {
  const isSaid = login !== 'unsaid';
  return {
    applicationRole: isSaid ? 'app' : null,
    logins: [
      { name: 'app', path: isSaid ? login : usualPath, ownsTables: false },
      { name: 'owner', path: usualPath, ownsTables: true },
    ],
  };
}

async function asOne(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  client.on('error', () => undefined); // the query in flight fails of it
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** One text after the other on one connection; what PostgreSQL refuses ends it, as it would a program. */
const texts =
  (parts: readonly string[]): Command =>
  async (url) => {
    try {
      await asOne(toldTimeout(url, lockTimeoutMs), async (client) => {
        for (const text of parts) await client.query(text);
      });
      return { isDone: true };
    } catch {
      return { isDone: false };
    }
  };

function runnerOf(migration: Case): Command {
  const { script, expected } = migration;
  if (isApart(migration)) return texts(statementsOf(script.up));
  return texts(expected.runsIn === 'none' ? [script.up] : ['begin', script.up, 'commit']);
}

/** What the tests' server cannot be: as large and as old as production. */
function declared(
  { expected }: Case,
  facts: RehearsalFacts,
): Pick<RehearsalFacts, 'tables' | 'versions' | 'copySchema'> {
  const share = (relation: string) => expected.given?.copyRatio?.[relation] ?? 1;
  const copy = Object.fromEntries((facts.versions ?? []).map(({ name, copy: version }) => [name, version]));
  const production = { ...copy, ...expected.given?.production };
  return {
    copySchema: (expected.given?.onlyInProduction ?? []).map((name) => ({ name, how: 'missing' })),
    tables: (facts.tables ?? []).map(({ relation, copyBytes }) => {
      const bytes = productionBytes[relation] ?? copyBytes;
      return { relation, copyBytes: bytes * share(relation), productionBytes: bytes };
    }),
    versions: Object.entries(production).map(([name, version]) => ({
      ...{ name, copy: copy[name] ?? 'ours', production: version },
    })),
  };
}

/** What the scripts of MediaNest's handbook do, one question a call: `node handbook.ts <question> …`. Exit 0 when the answer is good. */
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseEnv } from 'node:util';
import pg from 'pg';
import { parse } from 'yaml';
import { runLoadIsolated } from '../src/load/isolated.ts';
import { LATE_RATIO_LIMIT } from '../src/load/plan.ts';
import type { TargetResult } from '../src/load/result.ts';

type Question = (...words: string[]) => boolean | Promise<boolean>;

interface Declared {
  readonly type?: string;
  readonly required?: boolean;
  readonly pattern?: string;
  readonly values?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  readonly in?: readonly string[];
}

const inARow = 3;
const startsInMs = 30_000;
const loadTries = 4;

const questions: Readonly<Record<string, Question>> = {
  /** Every variable that staging needs is there, and looks as it must. */
  variables(folder = '') {
    const given = { ...parseEnv(readFileSync(path.join(folder, '.env.staging'), 'utf8')), DATABASE_URL: databaseUrl };
    const { variables } = parse(readFileSync(path.join(folder, 'env.schema.yaml'), 'utf8')) as {
      variables: Record<string, Declared>;
    };
    const wanted = Object.entries(variables).filter(([, declared]) => declared.in?.includes('staging') ?? true);
    return wanted.every(([name, declared]) => fits((given as Record<string, string | undefined>)[name], declared));
  },

  async free(...ports) {
    const free = await Promise.all(ports.map((port) => isFree(Number(port))));
    return free.every(Boolean);
  },

  async sql(query = '') {
    const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
    try {
      await client.connect();
      return (await client.query(query)).rows.length === 1;
    } finally {
      await client.end().catch(() => undefined);
    }
  },

  /** Waits until the release that was meant answers, several times in a row. */
  async healthy(url = '', release = '') {
    const until = performance.now() + startsInMs;
    for (let good = 0; good < inARow;) {
      if (performance.now() > until) return false;
      const said = await fetch(url, { signal: AbortSignal.timeout(500) })
        .then(async (answer) => (answer.ok ? ((await answer.json()) as { release?: string }) : {}))
        .catch(() => ({}) as { release?: string });
      good = said.release === release ? good + 1 : 0;
      await sleep(good > 0 ? 20 : 60);
    }
    return true;
  },

  async answers(url = '', status = '', withinMs = '', ...texts) {
    const beganAt = performance.now();
    const answer = await fetch(url, { signal: AbortSignal.timeout(5_000) });
    const body = await answer.text();
    const isQuick = performance.now() - beganAt <= Number(withinMs);
    return isQuick && answer.status === Number(status) && texts.every((text) => body.includes(text));
  },

  /** `name`: it is there. `name=most`: and no sample of it is above. */
  async series(url = '', ...wanted) {
    const lines = (await (await fetch(url, { signal: AbortSignal.timeout(5_000) })).text()).split('\n');
    return wanted.every((each) => {
      const [name = '', most = 'Infinity'] = each.split('=');
      const samples = lines.filter((line) => line.split(/[\s{]/)[0] === name);
      return samples.length > 0 && samples.every((line) => Number(line.trim().split(/\s+/).at(-1)) <= Number(most));
    });
  },

  /** At least so many tests, none of which failed. */
  tests(report = '', atLeast = '') {
    const text = readFileSync(report, 'utf8');
    return (text.match(/<testcase[\s>]/g) ?? []).length >= Number(atLeast) && !/<(?:failure|error)[\s>]/.test(text);
  },

  coverage(file = '', percent = '') {
    const text = readFileSync(file, 'utf8');
    const sum = (what: string): number =>
      [...text.matchAll(new RegExp(`^${what}:(\\d+)`, 'gm'))].reduce((all, [, count]) => all + Number(count), 0);
    return sum('LF') > 0 && (100 * sum('LH')) / sum('LF') >= Number(percent);
  },

  /** Both versions side by side, as greenroom.yaml asks it; tried again when the machine could not send in time. */
  async load(old = '', fresh = '') {
    for (let tried = 0; tried < loadTries; tried += 1) {
      const { targets, lateRatio } = await runLoadIsolated(
        {
          targets: [
            { name: 'old', baseUrl: old },
            { name: 'new', baseUrl: fresh },
          ],
          requests: [
            { method: 'GET', path: '/api/library?limit=20', weight: 9 },
            { method: 'GET', path: '/api/version', weight: 1 },
          ],
          ...{ ratePerSecond: 150, durationMs: 6_000, warmupMs: 1_000, timeoutMs: 10_000, maxInFlight: 1_000, seed: 1 },
        },
        new AbortController().signal,
      );
      console.log(`load tried: ${(100 * lateRatio).toFixed(2)} % late`);
      if (lateRatio <= LATE_RATIO_LIMIT) return isQuickEnough(targets[0]!, targets[1]!);
    }
    return false;
  },
};

const databaseUrl = process.env['DATABASE_URL'] ?? '';
const [, , asked = '', ...words] = process.argv;
const question = questions[asked];
if (!question) throw new Error(`There is no question "${asked}".`);
const isGood = await question(...words);
console.log(`${asked} ${words.join(' ')}: ${isGood ? 'good' : 'not good'}`);
process.exit(isGood ? 0 : 1);

function fits(value: string | undefined, { type, required = true, pattern, values, min, max }: Declared): boolean {
  if (value === undefined || value === '') return !required;
  if (pattern !== undefined && !new RegExp(pattern).test(value)) return false;
  if (type === 'url') return URL.canParse(value);
  if (type === 'boolean') return /^(?:true|false)$/.test(value);
  if (type === 'enum') return values?.includes(value) ?? false;
  if (type !== 'integer' && type !== 'port') return true;
  return /^\d+$/.test(value) && Number(value) >= (min ?? 0) && Number(value) <= (max ?? Infinity);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });
}

function isQuickEnough(old: TargetResult, fresh: TargetResult): boolean {
  if (old.latency === null || fresh.latency === null) return false;
  const errors = 1 - fresh.ok / fresh.due;
  const { p50Ms, p95Ms, p99Ms } = fresh.latency;
  return errors <= 0.001 && p95Ms <= 300 && p99Ms <= 800 && p50Ms <= 1.15 * old.latency.p50Ms;
}

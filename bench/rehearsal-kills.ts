/**
 * SIGKILL at moments drawn by chance, of the command or of the team's own migration: what stands beyond the rehearsal is as it was, and once
 * another one has run nothing is left of the first.
 */
import { mkdirSync, readdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { seededUniform } from '../src/domain/statistics/seeded.ts';
import { signal } from '../test/kill/processes.ts';
import { processesIn } from '../test/rig/ending.ts';
import { askPostgres, leftOn, openShopServers, shopCheck, shopCommand, writeMigration } from '../test/rig/shop.ts';
import type { ShopServers } from '../test/rig/shop.ts';
import { Tiny, until } from '../test/rig/tiny.ts';
import type { BenchRow } from './row.ts';

const rounds = 50;
const seed = 20_261;
const victims = ['the command', 'the migration'] as const;
type Victim = (typeof victims)[number];
type Row = (measure: string, value: number, unit: string, bar: string, holds: boolean) => BenchRow;

interface Ground {
  readonly tiny: Tiny;
  readonly servers: ShopServers;
  readonly variables: Record<string, string>;
  readonly temporary: string;
}

export async function killRows(row: Row): Promise<readonly BenchRow[]> {
  const tiny = await Tiny.open();
  const temporary = tiny.play.beside('temporary');
  for (const name of ['temporary', 'rehearsals']) mkdirSync(tiny.play.beside(name));
  try {
    const servers = await openShopServers(tiny, ['staging']);
    const ground = { tiny, servers, temporary, variables: { ...servers.variables, TMPDIR: temporary } };
    try {
      return await rowsOf(ground, row);
    } finally {
      await servers.leave();
    }
  } finally {
    await tiny.close();
  }
}

async function rowsOf(ground: Ground, row: Row): Promise<readonly BenchRow[]> {
  const { tiny } = ground;
  tiny.overlay({
    databases: { main: { embedded: true, migrate: shopCommand('up'), back: shopCommand('down') } },
    phases: { migrations: { checks: { 'on-a-copy': shopCheck } } },
  });
  writeMigration(
    tiny,
    'alter table users add column mail text; select pg_sleep(0.3); create index users_mail on users (mail);',
    'alter table users drop column mail;',
  );
  const before = await worth(ground);
  const alone = await rehearsed(ground);
  const uniform = seededUniform(seed);
  const tolls = { harmed: 0, left: 0, failed: alone.isGood ? 0 : 1, atOnce: 0, struck: 0 };
  for (let i = 0; i < rounds; i++) {
    const victim = victims[i % 2]!;
    const momentMs = uniform() * alone.tookMs;
    const struck = await strike(ground, victim, momentMs);
    const atOnce = await remains(ground);
    const again = await rehearsed(ground);
    const left = await remains(ground);
    const isHarmed = (await worth(ground)) !== before;
    console.log(
      `  ${`${i + 1}/${rounds}`.padEnd(6)} ${victim.padEnd(14)} at ${momentMs.toFixed(0).padStart(5)} ms  ${(struck ?? 'nobody was there').padEnd(24)} left ${atOnce.length}, after the next run ${left.length}${isHarmed ? ', HARMED' : ''}${again.isGood ? '' : `, THE NEXT RUN FAILED: ${again.said}`}${left.length > 0 ? `: ${left.join(', ')}` : ''}`,
    );
    tolls.harmed += isHarmed ? 1 : 0;
    tolls.left += left.length > 0 ? 1 : 0;
    tolls.failed += again.isGood ? 0 : 1;
    tolls.atOnce += atOnce.length > 0 ? 1 : 0;
    tolls.struck += struck === null ? 0 : 1;
  }
  await askPostgres(ground.servers.own.adminUrl, 'create database greenroom_rehearsal_by_hand');
  const byHand = (await remains(ground)).length;
  const none = (measure: string, value: number) => row(`killed: ${measure}`, value, `of ${rounds}`, '0', value === 0);
  return [
    row('killed: somebody was there to be killed', tolls.struck, `of ${rounds}`, '>= 40', tolls.struck >= 40),
    none('copy, environment or production changed', tolls.harmed),
    none('something left after the next run', tolls.left),
    none('the next run failed', tolls.failed),
    row('killed: something left before it (control)', tolls.atOnce, `of ${rounds}`, '> 0', tolls.atOnce > 0),
    row('killed: a database made by hand is seen (control)', byHand, '', '> 0', byHand > 0),
  ];
}

async function rehearsed({ tiny, variables }: Ground) {
  const { code, tookMs, stdout, stderr } = await tiny.play.run(['rehearse', 'staging'], {
    variables,
    timeoutMs: 200_000,
  });
  return { isGood: code === 0, tookMs, said: `${code} ${(stdout + stderr).slice(-300)}` };
}

/** The step it was at when it was killed; null when there was nobody any more, or not yet. */
async function strike({ tiny, variables }: Ground, victim: Victim, momentMs: number): Promise<string | null> {
  const running = tiny.play.start(['rehearse', 'staging'], { variables, timeoutMs: 200_000 });
  const state = { isOver: false };
  void running.ended.then(() => (state.isOver = true));
  await sleep(momentMs);
  const step = running.said().trim().split('\n').at(-1) || 'starting';
  const runs = () => processesIn(tiny.play.directory).filter(({ argv }) => argv.includes(shopCommand('')[1]!));
  let struck: string | null = null;
  if (victim === 'the command' && !state.isOver) {
    running.kill('SIGKILL');
    struck = step;
  } else {
    // The next that runs from then on.
    while (!state.isOver && struck === null) {
      const [migration] = runs();
      if (migration === undefined) await sleep(2);
      else {
        signal(migration.pid, 'SIGKILL');
        struck = running.said().trim().split('\n').at(-1)!;
      }
    }
  }
  await running.ended;
  // A migration whose command was killed goes on until it ends, and PostgreSQL needs a moment to see who has gone.
  await until('its migration has ended', () => runs().length === 0, 30_000);
  await sleep(200);
  return struck;
}

/** Everything that a rehearsal could leave: databases, roles, replication slots, prepared transactions, processes, temporary files. */
async function remains({ tiny, servers, temporary }: Ground): Promise<readonly string[]> {
  const onServer = await askPostgres<{ name: string }>(
    servers.own.adminUrl,
    `select 'slot ' || slot_name as name from pg_replication_slots union all select 'prepared ' || gid from pg_prepared_xacts`,
  );
  const made = (await leftOn(servers.own.adminUrl)) as readonly { readonly name: string }[];
  return [
    ...[...made, ...onServer].map(({ name }) => name),
    ...processesIn(tiny.play.directory)
      .filter(({ argv }) => argv.includes(shopCommand('')[1]!))
      .map(({ pid }) => `process ${pid}`),
    ...[temporary, tiny.play.beside('rehearsals')].flatMap((folder) =>
      readdirSync(folder).map((name) => `file ${name}`),
    ),
  ];
}

/** Rows and columns of what nobody may touch: the copy, the environment, production. */
async function worth({ servers: { own, elsewhere } }: Ground): Promise<string> {
  const places = [own.urlFor('shop_copy'), own.urlFor('tiny_staging_main'), elsewhere.urlFor('shop')];
  const seen = await Promise.all(
    places.map((url) =>
      askPostgres(
        url,
        `select (select md5(string_agg(u::text, ',' order by id)) from users u) as rows,
        (select string_agg(table_name || '.' || column_name, ',' order by 1) from information_schema.columns where table_schema = 'public') as columns,
        (select count(*)::int from pg_indexes where schemaname = 'public') as indexes`,
      ),
    ),
  );
  return JSON.stringify(seen);
}

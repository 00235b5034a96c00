/** One round a victim that goes wrong on purpose: an oracle that finds nothing there is blind. */
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { conclude, waitForEnd, type Ground } from '../test/kill/loop.ts';
import { signal } from '../test/kill/processes.ts';
import { doubled, lost } from './kill-rounds.ts';
import type { BenchRow } from './row.ts';

export const killControls = {
  control: nobodyResumes,
  edge: nobodyRestores,
  postgres: oneRowForgotten,
  all: oneEffectTwice,
};

/** The control plane dies, and nobody goes on: a lost deployment. */
async function nobodyResumes(ground: Ground): Promise<BenchRow> {
  const { lab } = ground;
  lab.nextVersion();
  await lab.run(['deploy', 'staging', '--json'], { fault: lab.fault('health:before') }).ended;
  const seen = await conclude(ground, true, Number.POSITIVE_INFINITY);
  await lab.must(['resume', 'staging', '--json']);
  await waitForEnd(lab, await lab.newest());
  return row('control: nobody resumes, lost', seen, lost);
}

/** The whole edge dies after a deployment, and no engine comes. */
async function nobodyRestores(ground: Ground): Promise<BenchRow> {
  const { lab } = ground;
  lab.nextVersion();
  await lab.must(['deploy', 'staging', '--json']);
  const { watchdogs, workers } = lab.edge();
  for (const name of ['SIGSTOP', 'SIGKILL'] as const) for (const pid of [...watchdogs, ...workers]) signal(pid, name);
  const seen = await conclude(ground, true, Number.POSITIVE_INFINITY);
  await lab.must(['resume', 'staging', '--json']);
  return row('edge: nobody brings it back, lost', seen, lost);
}

/** PostgreSQL forgets a row that it had promised to keep: the last of the record, so that its chain looks whole. */
async function oneRowForgotten(ground: Ground): Promise<BenchRow> {
  const { lab } = ground;
  lab.nextVersion();
  await lab.must(['deploy', 'staging', '--json']);
  await lab.rows(`create table public.forgotten as
    select * from greenroom.record where sequence = (select max(sequence) from greenroom.record)`);
  await lab.rows('delete from greenroom.record where sequence = (select sequence from public.forgotten)');
  const seen = await conclude(ground, true, Number.POSITIVE_INFINITY);
  await lab.rows('insert into greenroom.record select * from public.forgotten');
  await lab.rows('drop table public.forgotten');
  return row('postgres: one committed row forgotten, lost', seen, lost);
}

/** A migration that is carried out a second time, as far as its ledger tells. */
async function oneEffectTwice(ground: Ground): Promise<BenchRow> {
  const { lab } = ground;
  lab.nextVersion();
  await lab.must(['deploy', 'staging', '--json']);
  const ledger = readFileSync(lab.ledger, 'utf8');
  const line = ledger.trimEnd().split('\n').at(-1) ?? '';
  appendFileSync(lab.ledger, `${line}\n`);
  const seen = await conclude(ground, true, Number.POSITIVE_INFINITY);
  writeFileSync(lab.ledger, ledger);
  return row('all: one effect carried out twice, doubled', seen, doubled);
}

function row(measure: string, complaints: readonly string[], pattern: RegExp): BenchRow {
  const seen = complaints.filter((each) => pattern.test(each)).length;
  console.log(`  control  ${measure}: ${complaints.join(' | ') || 'nothing seen'}`);
  return { bench: 'kill', measure, value: seen, unit: 'complaints', bar: '> 0', holds: seen > 0, control: true };
}

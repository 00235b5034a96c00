/**
 * How long people meet a bad release under 100 requests a second, seen from outside, by the answers:
 * the sample's `errors-after-cutover`, which is bad from its first request; a release that turns bad in mid-bake; and one that
 * the bake may not take back by itself, until a person does. And what a rehearsal has certified, beside the rollback that follows.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { makeRelease } from '../examples/medianest/shelf/make.mjs';
import { Playground, samples } from '../test/rig/playground.ts';
import { Tiny, until } from '../test/rig/tiny.ts';
import { missingTools, type Tool } from '../test/rig/tools.ts';
import { badTime, isBad, PacedRequests, type BadTime } from './paced-requests.ts';
import { ended } from './back-by-hand.ts';
import { certificateRows } from './certificate.ts';
import type { Way } from './deploy-place.ts';
import { compose, processes } from './deploy-platform.ts';
import type { BenchRow } from './row.ts';

const ratePerSecond = 100;
const automaticBarMs = 2_000;
const manualBarMs = 1_000;
const goodBeforeMs = 1_500;

const certified = (title: string, way: Way, needs: readonly Tool[]) => async (): Promise<BenchRow[]> => {
  const missing = missingTools(needs);
  if (missing.length === 0) return certificateRows(title, way, row);
  return [row(`${title}, not measured, ${missing.join(' and ')} is missing`, 0, 'ways', '1', false)];
};

const bodies = {
  once: badAtOnce,
  later: badLater,
  certificate: certified('processes + edge', { platform: processes, traffic: 'edge' }, []),
  'certificate-haproxy': certified('processes + HAProxy', { platform: processes, traffic: 'haproxy' }, ['haproxy']),
  'certificate-compose': certified('Compose + HAProxy', { platform: compose, traffic: 'haproxy' }, [
    'docker',
    'haproxy',
  ]),
};
type Part = keyof typeof bodies;
export const parts = Object.keys(bodies) as readonly Part[];

export async function benchRollback(chosen: readonly string[] = parts): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const part of parts) if (chosen.includes(part)) rows.push(...(await bodies[part]()));
  return rows;
}

/** The sample without its own checks, which are not what is measured. */
async function badAtOnce(): Promise<BenchRow[]> {
  const emptied = ['preflight', 'health', 'integration', 'performance', 'decision'];
  const phases = Object.fromEntries(emptied.map((phase) => [phase, { checks: null }]));
  const play = await Playground.open(samples.medianest, { phases });
  try {
    await ended(play, ['deploy', 'staging'], 0);
    const from = play.file('bad');
    await makeRelease('errors-after-cutover', from);
    const { release } = await play.json<{ release: { id: string } }>(['release', '--from', from]);
    const requests = paced(play.ports['staging']!['backend']!);
    await ended(play, ['deploy', 'staging', '--release', release.id], 7);
    return automaticRows('bad at once', badTime(await requests.stop()));
  } finally {
    await play.close();
  }
}

async function badLater(): Promise<BenchRow[]> {
  const tiny = await Tiny.open(bakes('automatic'));
  try {
    await tiny.deploy(0);
    tiny.overlay(bakes('automatic', '30s'));
    const automatic = await turnsBad(tiny, async () => {});
    const [fault] = await tiny.play.rows<{ ms: number }>(
      `select ((body->'facts'->>'faultAt')::float8 - (body->'facts'->>'firstBadAt')::float8) as ms
         from greenroom.step where body->>'kind' = 'bake' and body->>'status' = 'failed'`,
    );
    tiny.overlay(bakes('hold', '30s'));
    let calledAt = 0;
    const manual = await turnsBad(tiny, async () => {
      // Longer than the bake would have taken: what stays bad here is the control.
      await sleep(automaticBarMs + 500);
      calledAt = Date.now();
      await ended(tiny.play, ['rollback', 'staging', '--reason', 'bench'], 0);
    });
    const [asked] = await tiny.records('go-back-asked');
    return [
      ...automaticRows('in mid-bake', automatic),
      row(
        'in mid-bake: first bad answer to the decision, by the engine',
        fault?.ms ?? Number.NaN,
        'ms',
        'reported',
        true,
      ),
      ...manualRows(manual, asked?.at ?? Number.NaN, calledAt),
    ];
  } finally {
    await tiny.close();
  }
}

const bakes = (rollBack: 'automatic' | 'hold', lasts = '400ms') => ({
  environments: { staging: { bake: { for: lasts, every: '250ms', 'roll-back': rollBack } } },
});

/** Deploys a release that is good until it has been baked for a while; answers how long it was bad. */
async function turnsBad(tiny: Tiny, meanwhile: () => Promise<void>): Promise<BadTime> {
  const requests = paced(tiny.port());
  const { id, ended: gone } = await tiny.begin();
  await until('it bakes', async () => (await tiny.steps()).includes('bake'));
  await sleep(goodBeforeMs);
  tiny.mood(`errors ${id}`);
  await until('an answer is bad', () => requests.answers.some(isBad));
  await meanwhile();
  const { code } = await gone;
  if (code !== 7) throw new Error(`the deployment ended with ${code}, not 7`);
  tiny.mood();
  return badTime(await requests.stop());
}

function automaticRows(what: string, { bad, all, badMs }: BadTime): BenchRow[] {
  return [
    row(
      `${what}: first bad answer to last, taken back by itself`,
      badMs,
      'ms',
      `<= ${automaticBarMs}`,
      bad > 0 && badMs <= automaticBarMs,
    ),
    row(`${what}: answers that were bad`, bad, `of ${all}`, '> 0', bad > 0),
  ];
}

function manualRows({ lastBadAt, badMs }: BadTime, askedAt: number, calledAt: number): BenchRow[] {
  const flipMs = lastBadAt - askedAt;
  const blind = row(
    'held by the bake: first bad answer to last',
    badMs,
    'ms',
    `> ${automaticBarMs}`,
    badMs > automaticBarMs,
  );
  return [
    row(
      'by hand: the wish reaches the engine to the last bad answer',
      flipMs,
      'ms',
      `<= ${manualBarMs}`,
      flipMs <= manualBarMs,
    ),
    row('by hand: the command is called to the last bad answer', lastBadAt - calledAt, 'ms', 'reported', true),
    { ...blind, control: true },
  ];
}

const paced = (port: number): PacedRequests => new PacedRequests(`http://127.0.0.1:${port}/api/version`, ratePerSecond);

const row = (measure: string, value: number, unit: string, bar: string, holds: boolean): BenchRow => ({
  ...{ bench: 'rollback', measure, value: Math.round(value * 10) / 10, unit, bar, holds, control: false },
});

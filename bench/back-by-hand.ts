import { setTimeout as sleep } from 'node:timers/promises';
import type { Playground, Running } from '../test/rig/playground.ts';
import { streamProbes } from '../test/rig/probe-stream.ts';
import { until, type Tiny } from '../test/rig/tiny.ts';

/** It serves for so long before it is taken back, so that users have really come to it. */
const servesMs = 1_500;

/** Takes a version back in its bake; `going` is what brings it in. From the wish on record to the last answer of that version, as users see it. */
export async function backByHand(
  tiny: Tiny,
  environment: 'staging' | 'production',
  release: string,
  going: Pick<Running, 'ended'>,
): Promise<{ readonly backMs: number; readonly failed: number }> {
  const users = streamProbes([{ port: tiny.port(environment), path: '/' }], 10);
  try {
    // First by its answers: the newest deployment may still be the one before.
    await until('it serves', () => users.probes.some((probe) => probe.release === release), 120_000);
    await until('it bakes', async () => (await tiny.steps(environment)).includes('bake'), 120_000);
    await sleep(servesMs);
    await ended(tiny.play, ['rollback', environment, '--reason', 'bench'], 0);
    const { code } = await going.ended;
    if (code !== 7) throw new Error(`what was taken back ended with ${code}, not 7`);
  } finally {
    await users.stop();
  }
  const [asked] = await tiny.records('go-back-asked', environment);
  const last = users.probes.filter((probe) => probe.release === release).map((probe) => probe.endedAt);
  return { backMs: Math.max(...last) - (asked?.at ?? Number.NaN), failed: users.failures().length };
}

/** Throws when a command does not end as it should. */
export async function ended(play: Playground, argv: readonly string[], code: number): Promise<void> {
  const done = await play.run(argv, { timeoutMs: 120_000 });
  if (done.code !== code)
    throw new Error(`greenroom ${argv.join(' ')} ended with ${done.code}:\n${done.stdout}${done.stderr}`);
}

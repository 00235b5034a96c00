/** What a rehearsal in staging has certified, beside the rollback that production then needs: the same two releases, the way back by hand in the bake. */
import type { RollbackCertificate } from '../src/domain/certificate.ts';
import { streamProbes } from '../test/rig/probe-stream.ts';
import { backByHand, ended } from './back-by-hand.ts';
import { openPlace, type Way } from './deploy-place.ts';
import type { BenchRow } from './row.ts';

const bars = { share: 0.2, leastMs: 500 };
const rehearsed = { 'rehearse-rollback': true, bake: { for: '400ms', every: '250ms' } };
const demanding = { promotion: { require: 'rollback-certificate' } };

type Row = (measure: string, value: number, unit: string, bar: string, holds: boolean) => BenchRow;

export async function certificateRows(title: string, way: Way, row: Row): Promise<BenchRow[]> {
  const place = await openPlace(way);
  const { tiny } = place;
  const told = (measure: string, value: number, unit = 'ms'): BenchRow =>
    row(`${title}, ${measure}`, value, unit, 'reported', true);
  const none = (measure: string, value: number): BenchRow =>
    row(`${title}, ${measure}`, value, 'requests', '0', value === 0);
  try {
    place.overlay(rehearsed, { ...demanding, bake: rehearsed.bake });
    await tiny.deploy(0);
    await ended(tiny.play, ['promote', 'production'], 0);
    const users = streamProbes([{ port: tiny.port(), path: '/' }], 10);
    const release = await tiny.deploy(0).finally(() => users.stop());
    const failed = users.failures().length;
    const { certificate } = await certified(place.tiny.play);
    place.overlay(rehearsed, { ...demanding, bake: { for: '60s', every: '250ms' } });
    const promotion = tiny.play.start(['promote', 'production'], { timeoutMs: 300_000 });
    const real = await backByHand(tiny, 'production', release, promotion);
    const offMs = Math.abs(real.backMs - (certificate.backMs ?? Number.NaN));
    const allowedMs = Math.max(bars.leastMs, bars.share * real.backMs);
    const bar = `<= ${bars.share * 100} % or ${bars.leastMs}`;
    return [
      told('certificate: switched back in', certificate.backMs ?? Number.NaN),
      told('certificate: verified after', certificate.verifiedMs ?? Number.NaN),
      told('the real rollback after it: asked to the last answer of the new version', real.backMs),
      row(`${title}, certificate beside the real rollback: off by`, offMs, 'ms', bar, offMs <= allowedMs),
      none('rehearsal: requests of users that failed', failed),
      none('the real rollback: requests of users that failed', real.failed),
    ];
  } finally {
    await place.close();
  }
}

const certified = async (play: { json<T>(argv: readonly string[]): Promise<T> }) =>
  (await play.json<{ rehearsal: { certificate: RollbackCertificate } }>(['plan', 'production'])).rehearsal;

import { fail } from '../domain/failure.ts';
import type { TrafficTarget } from '../kinds/traffic.ts';
import { judgePoint, type ProxyState } from './proxy-state.ts';

/** False for the same target again. Throws GR7409, GR7410 or GR7411. */
export function mayPoint(state: ProxyState, target: TrafficTarget, services: readonly string[]): boolean {
  const judged = judgePoint(state, target, services);
  if (judged.status === 'stale') failStale(target.epoch, state.epoch);
  if (judged.status === 'conflict')
    fail({
      code: 'GR7411',
      message: `Epoch ${target.epoch} already points to ${state.colour ?? 'nobody'} (${state.release ?? 'no release'}).`,
      do: 'Take a new epoch for a new target.',
    });
  if (judged.status === 'services') {
    const parts = [
      ...(judged.missing.length > 0 ? [`no address for ${judged.missing.join(', ')}`] : []),
      ...(judged.unknown.length > 0 ? [`unknown services ${judged.unknown.join(', ')}`] : []),
    ];
    fail({ code: 'GR7410', message: `The target has ${parts.join(' and ')}.` });
  }
  if (judged.status === 'beside') fail({ code: 'GR7410', message: `The target is not one: ${judged.reason}.` });
  return judged.status === 'apply';
}

export const failStale = (epoch: number, highest: number): never =>
  fail({
    code: 'GR7409',
    message: `Epoch ${epoch} is older than ${highest}, which HAProxy has already followed.`,
    do: 'Another run has taken over. Look at what stands now before acting again.',
  });

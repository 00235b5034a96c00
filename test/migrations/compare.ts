import { productionBytes, stoppingBytes } from './base.ts';
import type { Case } from './corpus.ts';
import type { Truth } from './truth.ts';

/** The measurable half of an expectation, written out. */
export function claimOf({ expected, script }: Pick<Case, 'expected' | 'script'>): Omit<Truth, 'new' | 'changedWhole'> {
  const hasWay = script.down !== null || script.forward !== null;
  return {
    up: expected.up ?? 'ends',
    locks: Object.fromEntries(Object.entries(expected.locks ?? {}).toSorted()),
    rewrites: [...(expected.rewrites ?? [])].toSorted(),
    scans: [...(expected.scans ?? [])].toSorted(),
    old: expected.old ?? script.old.map(() => 'passes'),
    back: expected.back ?? (hasWay ? 'restores' : 'none'),
    again: expected.again ?? 'same',
    invalid: expected.invalid ?? [],
    session: expected.session ?? [],
  };
}

/** What is expected and not so, a line each; nothing when the expectation is true. */
export function differences(migration: Case, truth: Truth): readonly string[] {
  const { expected, file } = migration;
  const claim = claimOf(migration);
  // How long it holds them is certain from the script.
  const heldMs = expected.given?.rowsHeldMs ?? 0;
  const locked = heldMs > 2_000 || truth.changedWhole.some((name) => (productionBytes[name] ?? 0) > stoppingBytes);
  const saysLocked = expected.reasons.includes('rows-locked');
  return [
    ...Object.entries(claim).flatMap(([name, value]) => {
      const [said, is] = [JSON.stringify(value), JSON.stringify(truth[name as keyof typeof claim])];
      return said === is ? [] : [`${file}: ${name} is said to be ${said}, measured is ${is}`];
    }),
    ...truth.new.map((code) => `${file}: a statement of the new version fails with ${code}`),
    ...(locked === saysLocked ? [] : [`${file}: rows-locked is said: ${saysLocked}, measured: ${locked}`]),
  ];
}

import { formatDuration } from '../duration.ts';
import type { RehearsalBars } from './bars.ts';
import type { RehearsalFacts, StatementFacts } from './facts.ts';
import { finding, type RehearsalFinding } from './finding.ts';
import { blocksReads, blocksWrites, conflict } from './lock-mode.ts';

interface Held {
  readonly statement: StatementFacts;
  readonly lock: StatementFacts['locks'][number];
  /** As long as it may be held on production's table. */
  readonly ms: number;
}

/** Locks that stop readers or writers, by how long they were held: nobody has listed all that the application asks for. Where a listed statement would have waited for it, its wait says it better. */
export function judgeHeld(facts: RehearsalFacts, bars: RehearsalBars): readonly RehearsalFinding[] {
  const longest = new Map<string, Held>();
  const scale = scaleIn(facts, bars);
  for (const statement of facts.statements ?? [])
    for (const lock of statement.locks.filter(({ mode }) => blocksWrites(mode))) {
      const ms = lock.heldMs * scale(lock.relation);
      if (ms > (longest.get(lock.relation)?.ms ?? 0)) longest.set(lock.relation, { statement, lock, ms });
    }
  const isSung = ({ lock }: Held) =>
    facts.stalls !== null &&
    (facts.asked ?? []).some(
      ({ relation, modes }) => relation === lock.relation && modes.some((mode) => conflict(mode, lock.mode)),
    );
  return [...longest.values()]
    .filter((held) => held.ms > bars.stallConditionalMs && !isSung(held))
    .map((held) => told(held, bars));
}

function told({ statement: { place }, lock: { relation, mode, heldMs }, ms }: Held, bars: RehearsalBars) {
  const reason = ms <= bars.stallMs ? 'short-lock' : 'lock-held';
  const who = blocksReads(mode) ? 'everybody' : 'every writer';
  const range = ms > heldMs ? `, up to ${formatDuration(ms)} on production's` : '';
  const text = `It keeps ${who} from ${relation} for ${formatDuration(heldMs)}${range}.`;
  const next = 'Hold strong locks only for a moment: commit before what takes long.';
  return finding(reason, text, next, { place, relation, mode });
}

/** How much longer it may take on production's table. Of a copy below the share that is believed `copy-too-small` says that it is not. */
export function scaleIn({ tables }: RehearsalFacts, bars: RehearsalBars): (relation: string) => number {
  const sizes = new Map((tables ?? []).map((each) => [each.relation, each]));
  return (relation) => {
    const { copyBytes = 0, productionBytes = null } = sizes.get(relation) ?? {};
    if (productionBytes === null || productionBytes <= copyBytes) return 1;
    return Math.min(productionBytes / Math.max(copyBytes, 1), 1 / bars.copyShare);
  };
}

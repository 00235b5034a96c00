import type { Account } from '../domain/account.ts';
import type { ReportLine } from './lines.ts';

/** The newest look of the bake; it holds what all looks before it saw. */
export type Look = Pick<ReportLine, 'name' | 'outcome' | 'reason' | 'findings' | 'evidence' | 'body'>;

/** Null where nothing is judged by looks, or none has ended yet. */
export function newestLook(account: Account): Look | null {
  const looks = account.results.filter(
    ({ phase, evidence }) => phase === 'bake' && evidence !== null && account.evidence[evidence]?.kind === 'bake',
  );
  const last = looks.toSorted((a, b) => a.endedAt - b.endedAt).at(-1);
  if (!last) return null;
  const { name, outcome, reason, findings, evidence } = last;
  return { name, outcome, reason, findings, evidence, body: account.evidence[evidence!]! };
}

import { expandAndContract } from './expand-contract.ts';
import { finding, type RehearsalFinding } from './finding.ts';

/**
 * Statements of the old version as they were met in use. Texts are normalised: no value and no comment is in them. A statement was executed where
 * values were at hand, and only planned elsewhere.
 */
export interface CapturedStatements {
  /** In words: where they were met, and since when. */
  readonly source: string;
  /** They ended as before. */
  readonly executed: number;
  /** They are planned as before, and nothing says that values could make a difference. */
  readonly planned: number;
  /** They went before, and do not any more. `said`: PostgreSQL's words, as far as there can be no value in them. */
  readonly failing: readonly { readonly text: string; readonly failedWith: string; readonly said: string | null }[];
  /** Of which nothing can be said, and why. */
  readonly unchecked: readonly { readonly text: string; readonly why: string }[];
  /** Nobody may read them here, or the parser does not. */
  readonly unreadable: number;
  /** Left out because the check's `except` names them. */
  readonly excepted: number;
}

/** As many are told one by one. */
const mostTold = 20;

/** Nothing captured is nothing measured. */
export function judgeCaptured(captured: CapturedStatements): readonly RehearsalFinding[] {
  const { source, executed, planned, failing, unchecked, unreadable } = captured;
  if (executed + planned + failing.length + unchecked.length + unreadable === 0)
    return [finding('not-measured', `Nothing of the old version was captured: ${source}.`, useIt)];
  const more = unchecked.length - mostTold;
  return [
    ...failing.map(({ text, failedWith, said }) =>
      finding(
        'old-version-fails',
        `The old version's statement fails with SQLSTATE ${failedWith}${said === null ? '' : ` (${said})`}: ${text}`,
        expandAndContract(failedWith),
      ),
    ),
    ...unchecked
      .slice(0, mostTold)
      .map(({ text, why }) =>
        finding('not-measured', `Whether the old version's statement goes on is not known, ${why}: ${text}`, listIt),
      ),
    ...(more > 0 ? [finding('not-measured', `The same of ${more} more statements of the old version.`, listIt)] : []),
    ...(unreadable > 0
      ? [finding('not-measured', `${unreadable} captured statements cannot be read here, or were too many.`, maySee)]
      : []),
  ];
}

const useIt = 'Use the old version first, or let a command do it that goes through all of it.';
const listIt =
  'List it with values under  old-statements  and under  capture.except, or only there when the old version never asks it.';
const maySee = 'Give the role that reads them pg_read_all_stats.';

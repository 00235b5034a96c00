import type { Ending, Hold } from '../domain/deployment.ts';
import type { Failure } from '../domain/failure.ts';

/** What the shell learns; see docs/reference/exit-codes.md. */
export const exit = {
  ok: 0,
  gateFailed: 1,
  usage: 2,
  couldNotJudge: 3,
  notAllowed: 4,
  waiting: 5,
  stale: 6,
  rolledBack: 7,
  defect: 70,
  interrupted: 130,
} as const;

export function exitCodeOfFailures(failures: readonly Failure[]): number {
  const code = failures[0]?.code ?? '';
  // A plan that no longer holds; a file that is none, was edited, or is the plan of another project, is a wrong call.
  if (/^GR420[1-3]/.test(code)) return exit.stale;
  if (/^GR41|^GR435/.test(code)) return exit.notAllowed;
  if (/^GR34|^GR28|^GR310/.test(code)) return exit.couldNotJudge;
  return exit.usage;
}

/** Of who leaves while a person is waited for. */
export const exitCodeOfHold = (kind: Hold['kind']): number =>
  kind === 'conditions' ? exit.waiting : exit.couldNotJudge;

/** `strict`: a conditional go is not good enough. */
export function exitCodeOfEnding(ending: Ending, isConditional: boolean, strict: boolean): number {
  switch (ending.as) {
    case 'live':
      return strict && isConditional ? exit.gateFailed : exit.ok;
    case 'refused':
      return exitCodeOfFailures([{ code: ending.reason.slice(0, 6), message: ending.reason }]);
    case 'no-go':
    case 'cancelled':
    case 'superseded':
      return exit.gateFailed;
    case 'could-not-judge':
      return exit.couldNotJudge;
    case 'rolled-back':
      return exit.rolledBack;
    default:
      return ending.as satisfies never;
  }
}

import type { Account } from './account.ts';
import type { Ending } from './deployment.ts';
import { canonical, type Hash } from './json.ts';
import type { Plan } from './plan.ts';
import type { Project } from './project.ts';
import type { ChainedRecord } from './record.ts';
import type { Verdict } from './verdict.ts';
import { verdictHash, whyNotItsPlan } from './witness.ts';

/** What the table says of a deployment: anybody who can write to the database can change it. */
export interface Told {
  readonly environment: string;
  readonly number: number;
  readonly actor: string;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly ending: Ending | null;
  readonly verdict: Verdict | null;
  readonly plan: Plan;
  /** greenroom.yaml as it was understood then. */
  readonly model: Project;
}

/**
 * Where the table contradicts the log; null where it does not. For telling of a deployment, running ones too; whether one is believed
 * when something rests on it, `whyNotBorneOut` says.
 */
export function contradiction(
  told: Told,
  { broken, own }: { readonly broken: readonly number[]; readonly own: readonly ChainedRecord[] },
  hash: Hash,
): string | null {
  const [first, last] = [own[0], own.at(-1)];
  if (!first || !last) return 'the log says nothing of it';
  // The line after a changed one is the first that cannot follow from it.
  const changed = broken.find((sequence) => sequence >= first.sequence && sequence <= last.sequence + 1);
  if (changed !== undefined) return `record ${changed} of the log was changed`;
  const began = own.some(({ kind }) => kind === 'deployment-began');
  return (
    orderContradiction(told, own) ??
    endContradiction(told, own) ??
    verdictContradiction(told, own, hash) ??
    (began ? whyNotItsPlan(told, own, hash) : null)
  );
}

function orderContradiction(
  { environment, number, actor, createdAt }: Told,
  own: readonly ChainedRecord[],
): string | null {
  const ordered = own.find(({ kind }) => kind === 'deployment-requested');
  if (ordered?.data['environment'] !== environment || ordered.data['number'] !== number)
    return 'it is not what was ordered';
  if (ordered.actor !== actor) return `by the log ${ordered.actor} asked for it`;
  return ordered.at === createdAt ? null : `by the log it was asked for at ${instant(ordered.at)}`;
}

function endContradiction({ ending, endedAt }: Told, own: readonly ChainedRecord[]): string | null {
  const ended = own.findLast(({ kind }) => kind === 'deployment-ended');
  if (!ended) return ending === null && endedAt === null ? null : 'the log says nothing of its end';
  const { as, reason } = ended.data;
  if (as !== ending?.as || reason !== ending?.reason) return `by the log it ended as ${String(as)}: ${String(reason)}`;
  return ended.at === endedAt ? null : `by the log it ended at ${instant(ended.at)}`;
}

/** While a deployment runs, its verdict is in the table a moment before the log tells of it. */
function verdictContradiction({ verdict, ending, plan }: Told, own: readonly ChainedRecord[], hash: Hash) {
  if (ending === null) return null;
  const decided = own.findLast(({ kind, data }) => kind === 'step-ended' && verdictHash(data['facts']) !== null);
  if (decided) {
    const claimed = verdict && hash(canonical(verdict));
    return verdictHash(decided.data['facts']) === claimed ? null : 'its verdict is not the recorded one';
  }
  // Cut off in the middle, it may have written the verdict and not lived to say so.
  const names = plan.steps.filter(({ kind }) => kind === 'decide').map(({ name }) => name);
  const mayHave = own.some(({ kind, data }) => kind === 'step-began' && names.includes(String(data['step'])));
  return verdict === null || mayHave ? null : 'the log says nothing of its verdict';
}

/** Answers and evidence beside the verdict that was weighed from them. */
export function answerContradiction(
  { verdict, results, evidence }: Pick<Account, 'verdict' | 'results' | 'evidence'>,
  hash: Hash,
): string | null {
  const changed = Object.entries(evidence).find(([name, body]) => hash(canonical(body)) !== name);
  if (changed) return `the evidence of ${changed[1].check} is not what its hash names`;
  const other = (verdict?.lines ?? []).find((line) => {
    const result = results.findLast(({ name, endedAt }) => name === line.name && endedAt <= verdict!.decidedAt);
    const isWeighed = result?.evidence === line.evidence && canonical(result.findings) === canonical(line.findings);
    return line.evidence !== null && !isWeighed;
  });
  return other ? `the answer of ${other.name} is not the one that was weighed` : null;
}

const instant = (at: number): string => new Date(at).toISOString();

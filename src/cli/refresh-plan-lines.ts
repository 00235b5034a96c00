// What `greenroom refresh plan` says to people. Names of columns, kinds and counts; values never.
import type { RefreshPlan } from '../app/plan-refresh.ts';
import { isDecided, writtenRule } from '../config/refresh-lines.ts';
import type { Proposal } from '../domain/refresh/propose.ts';
import { counted } from '../kinds/wording.ts';
import type { Session } from './session.ts';

/** What is of all numbers, times and switches of a kind is not said one by one. */
const isSaid = ({ rule, confidence }: Proposal): boolean =>
  !(confidence === 'sure' && rule?.kind === 'keep' && rule.because === null);

const ruleText = ({ rule }: Proposal): string => (rule === null ? '?' : writtenRule(rule));

function sayProposal({ out }: Session, proposal: Proposal): void {
  const mark = isDecided(proposal) ? out.style('green', 'rule') : out.style('yellow', 'open');
  out.line(
    `  ${mark}  ${proposal.column}: ${ruleText(proposal)}  ${out.style('dim', `${proposal.confidence}: ${proposal.because}`)}`,
  );
}

export function sayFirst(
  session: Session,
  { tables, sourceEnvironment }: RefreshPlan,
  proposals: readonly Proposal[],
  isWritten: boolean,
): void {
  const { out } = session;
  for (const proposal of proposals.filter(isSaid)) sayProposal(session, proposal);
  const open = proposals.filter((proposal) => !isDecided(proposal)).length;
  const columnCount = proposals.length;
  out.line(
    `${out.style('green', isWritten ? 'written' : 'proposed')}  ${counted(columnCount, 'column')} of ${counted(tables.length, 'table')} of ${sourceEnvironment}: ${columnCount - open} with a rule, ${open} left to you`,
  );
  out.line(
    isWritten
      ? '  next     read refresh.yaml, decide the lines with #?, and commit it with refresh.lock; until then the refresh stops'
      : '  next     leave --dry-run out to write refresh.yaml',
  );
}

interface Said {
  readonly environment: string;
  readonly write?: boolean;
  readonly accept?: boolean;
  readonly isWritten: boolean;
}

export function sayChanges(
  session: Session,
  { changes }: RefreshPlan,
  { environment, write, accept, isWritten }: Said,
): void {
  const { out } = session;
  const { added, gone, changed, waiting } = changes;
  for (const { column, type, proposal } of added) {
    out.line(`${out.style('yellow', 'new')}      ${column} (${type})${proposal ? '' : ', which a rule there meets'}`);
    if (proposal) sayProposal(session, proposal);
  }
  for (const { column, from, to, proposal } of changed) {
    out.line(`${out.style('yellow', 'changed')}  ${column} was ${from} and is ${to}`);
    if (proposal) sayProposal(session, proposal);
  }
  for (const { column, hasRule } of gone)
    out.line(
      `${out.style('yellow', 'gone')}     ${column}${hasRule ? ', and its rule meets nothing: take it out' : ''}`,
    );
  for (const proposal of waiting)
    out.line(`${out.style('yellow', 'open')}     ${proposal.column} (${proposal.type}) still has no rule`);
  const count = added.length + changed.length + gone.length;
  if (count === 0)
    out.line(
      `${out.style('green', 'same')}     the schema is as it was looked at; ${waiting.length === 0 ? 'every column has a rule' : `${counted(waiting.length, 'column')} without a rule`}`,
    );
  else if (isWritten)
    out.line(`${out.style('green', 'written')}  refresh.yaml and refresh.lock; what is open is a line with #?`);
  const isLeft = (added.length + gone.length > 0 && !write) || (changed.length > 0 && !accept);
  if (isLeft)
    out.line(
      `  next     ${added.length + gone.length > 0 && !write ? `greenroom refresh plan ${environment} --write takes in what is new and gone` : ''}${changed.length > 0 && !accept ? `${added.length + gone.length > 0 && !write ? '; ' : ''}look at the rules of what changed, then  greenroom refresh plan ${environment} --accept` : ''}`,
    );
}

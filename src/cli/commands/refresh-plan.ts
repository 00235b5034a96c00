import { readFileSync } from 'node:fs';
import path from 'node:path';
import { planRefresh, type RefreshPlan } from '../../app/plan-refresh.ts';
import { firstRefreshFile, isDecided, lineOf, writtenRule } from '../../config/refresh-lines.ts';
import { addToRefreshFile, writeFirstRefreshFile } from '../../config/refresh-writing.ts';
import { loadRefreshFile, type RefreshFile } from '../../config/refresh.ts';
import { fail, FailureError, type Result } from '../../domain/failure.ts';
import { lookedAfter, type Looked } from '../../domain/refresh/changes.ts';
import { noLimits } from '../../domain/refresh/source-limits.ts';
import type { Proposal } from '../../domain/refresh/propose.ts';
import { keepNone } from '../../refresh/kept.ts';
import { exit } from '../exit-code.ts';
import type { CommandBody } from '../session.ts';
import { sayChanges, sayFirst } from '../refresh-plan-lines.ts';

interface PlanOptions {
  readonly source?: string;
  readonly write?: boolean;
  readonly accept?: boolean;
  readonly dryRun?: boolean;
}

const valueOf = <T>(result: Result<T>): T => {
  if (!result.ok) throw new FailureError(...result.failures);
  return result.value;
};

/** Proposes rules: the whole file where there is none, what the schema has changed where there is one. */
export const refreshPlan =
  (environment: string, options: PlanOptions): CommandBody =>
  async (session) => {
    const { out, signal } = session;
    const { project } = session.load();
    const file = path.join(project.directory, 'refresh.yaml');
    const before = textOf(file);
    const source = sourceOf(options, before !== null);
    const understood = before === null ? emptyFile(source) : valueOf(loadRefreshFile(file));
    const world = await session.reader();
    const plan = await planRefresh(world, {
      ...{ project, environment, file: understood, signal },
      onTable: (done, count) => out.note(`  looking  ${done} of ${count} tables`),
    });
    const place = { file, isWritten: false };
    if (before === null) {
      const proposals = plan.changes.added.flatMap(({ proposal }) => (proposal ? [proposal] : []));
      if (!options.dryRun) {
        await writeFirstRefreshFile(file, firstRefreshFile(proposals, source), lookedAfter(plan.tables, null, true));
        place.isWritten = true;
      }
      if (out.isJson) out.json({ ok: true, environment, first: true, written: place.isWritten, ...document(plan) });
      else sayFirst(session, plan, proposals, place.isWritten);
      return exit.ok;
    }
    if ((options.write || options.accept) && !options.dryRun) {
      await add(file, before, plan, { ...options, looked: understood.looked });
      place.isWritten = true;
    }
    if (out.isJson) out.json({ ok: true, environment, first: false, written: place.isWritten, ...document(plan) });
    else sayChanges(session, plan, { ...options, isWritten: place.isWritten, environment });
    return exit.ok;
  };

/** What was there when the proposal was made; null: nothing. */
function textOf(file: string): string | null {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

/** As it will stand in the file: with references, never with a password. */
function sourceOf({ source }: PlanOptions, isThere: boolean): string | null {
  if (source === undefined) return null;
  if (isThere)
    return fail({
      code: 'GR5071',
      message: 'refresh.yaml is there already and says where the data comes from.',
      where: 'refresh.yaml (source)',
      do: 'Leave --source out, or change it there.',
    });
  if (!/:\/\/[^@/]*:(?!\$\{)[^@/]*@|[?&]password=(?!\$\{)/.test(source)) return source;
  return fail({
    code: 'GR5071',
    message: 'The address in --source holds a password, which would stand in refresh.yaml.',
    do: "Put it in a variable:  --source 'postgresql://greenroom_reader:${READER_PASSWORD}@host/database'.",
  });
}

const emptyFile = (url: string | null): RefreshFile => ({
  ...{
    source: { environment: null, url, limits: noLimits },
    database: null,
    key: null,
    migrate: false,
    keep: keepNone,
  },
  rules: { columns: {}, patterns: [], types: {} },
  looked: null,
  subset: null,
});

/** What is new gets its lines; what is of another type only with --accept, since its rule was made for the other. */
async function add(
  file: string,
  before: string,
  { tables, changes }: RefreshPlan,
  { write, accept, looked }: PlanOptions & { readonly looked: Looked | null },
): Promise<void> {
  const added = [...(write ? changes.added : []), ...(accept ? changes.changed : [])];
  const lines = added.flatMap(({ proposal }) => (proposal ? [lineOf(proposal)] : []));
  const all = lookedAfter(tables, looked, accept === true);
  const isNew = new Set(changes.added.map(({ column }) => column));
  const columns = Object.fromEntries(Object.entries(all).filter(([column]) => write || !isNew.has(column)));
  await addToRefreshFile(file, before, lines, columns);
}

/** For programs: the same words as in the file. */
function document({ sourceEnvironment, changes }: RefreshPlan): object {
  const said = (proposal: Proposal | null) =>
    proposal && {
      ...{ rule: proposal.rule && writtenRule(proposal.rule), decided: isDecided(proposal) },
      ...{ confidence: proposal.confidence, because: proposal.because },
    };
  return {
    source: sourceEnvironment,
    added: changes.added.map(({ column, type, proposal }) => ({ column, type, proposal: said(proposal) })),
    gone: changes.gone,
    changed: changes.changed.map(({ proposal, ...change }) => ({ ...change, proposal: said(proposal) })),
    waiting: changes.waiting.map((proposal) => ({
      column: proposal.column,
      type: proposal.type,
      proposal: said(proposal),
    })),
  };
}

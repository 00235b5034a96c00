// One captured statement against a clone: planned, and executed where values are at hand. Nothing of it stays.
import pg from 'pg';
import type { Plan, Refusal, Tried } from '../domain/rehearsal/captured-tries.ts';
import { isFull } from './full-scratch.ts';
import type { CapturedStatement, Sample } from './captured-statement.ts';

/** SQLSTATEs of which the message holds names alone. */
const harmless = new Set(['42703', '42P01', '42883', '42804', '42725', '42P10', '42501', '42704', '3F000', '428C9']);
const limitMs = 5_000;
const name = 'greenroom_captured';

export async function tryStatement(client: pg.Client, statement: CapturedStatement): Promise<Tried> {
  const inside = async <T>(work: () => Promise<T>): Promise<T | Refusal> => {
    await client.query(
      `begin; set local statement_timeout to ${limitMs}; set local plan_cache_mode to force_generic_plan`,
    );
    try {
      return await work();
    } catch (error) {
      return refusalOf(error);
    } finally {
      await client.query('rollback');
      await client.query('deallocate all');
    }
  };
  const prepare = async () => {
    const named = statement.types.length === 0 ? '' : `(${await typeNames(client, statement.types)})`;
    await client.query(`prepare ${name}${named} as ${statement.text}`);
    const { rows } = await client.query<Pick<Plan, 'parameters' | 'columns'>>(
      `select parameter_types::text[] as parameters, array(select jsonb_array_elements_text(nullif(to_jsonb(p) -> 'result_types', 'null'))) as columns
       from pg_catalog.pg_prepared_statements p where name = '${name}'`,
    );
    return rows[0]!;
  };
  const plan =
    statement.kind === 'query'
      ? await inside(async () => {
          const types = await prepare();
          const nulls = listOf(types.parameters.map(() => 'null'));
          return {
            ...readPlan(await client.query(`explain (verbose, format json) execute ${name}${nulls}`)),
            ...types,
          };
        })
      : null;
  const execute = async ({ text, values }: Sample) => {
    const isPlain = statement.kind !== 'query' || values === null;
    if (!isPlain) await prepare();
    const literals = (values ?? []).map((each) => (each === null ? 'null' : pg.escapeLiteral(each)));
    const answer = await client.query(isPlain ? text : `execute ${name}${listOf(literals)}`);
    // What is looked at by COMMIT only would never be looked at.
    await client.query('set constraints all immediate');
    return rowsOf(answer);
  };
  const runs: Tried['runs'][number][] = [];
  for (const sample of runnable(statement)) runs.push(await inside(() => execute(sample)));
  return { plan, runs };
}

/** COPY waits for a client, and what is no query takes no parameters. */
const runnable = ({ kind, samples }: CapturedStatement): readonly Sample[] =>
  kind === 'query'
    ? samples
    : samples.filter(({ text, values }) => (values ?? []).length === 0 && !/^copy\b/i.test(text));

const rowsOf = ({ rowCount }: pg.QueryResult) => ({ rows: rowCount ?? 0 });

const listOf = (parts: readonly string[]): string => (parts.length === 0 ? '' : `(${parts.join(', ')})`);

async function typeNames(client: pg.Client, oids: readonly number[]): Promise<string> {
  const { rows } = await client.query<{ name: string }>(
    `select format_type(oid, null) as name from unnest($1::oid[]) with ordinality given (oid, place) order by place`,
    [oids.map((oid) => (oid === 0 ? 705 : oid))],
  );
  return rows.map((each) => each.name).join(', ');
}

function refusalOf(error: unknown): Refusal {
  if (!(error instanceof pg.DatabaseError) || error.code === undefined || isFull(error)) throw error;
  const { code, message, constraint, column, table } = error;
  if (harmless.has(code)) return { failedWith: code, said: message };
  const named = Object.entries({ constraint, column, table }).filter(([, value]) => value !== undefined);
  return { failedWith: code, said: named.length === 0 ? null : named.map((each) => each.join(' ')).join(', ') };
}

interface PlanNode {
  readonly 'Node Type'?: string;
  readonly Schema?: string;
  readonly 'Relation Name'?: string;
  readonly Plans?: readonly PlanNode[];
}

/** Tables that it writes, and the whole of its text, in which every function of it stands. */
function readPlan({ rows }: pg.QueryResult<{ 'QUERY PLAN': readonly { readonly Plan: PlanNode }[] }>) {
  const writes: string[] = [];
  const walk = (node: PlanNode) => {
    if (node['Node Type'] === 'ModifyTable') writes.push(`${node.Schema}.${node['Relation Name']}`);
    node.Plans?.forEach(walk);
  };
  const plans = rows.flatMap((row) => row['QUERY PLAN']);
  for (const { Plan } of plans) walk(Plan);
  return { writes, text: JSON.stringify(plans) };
}

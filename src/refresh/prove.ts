// That no original is left in the copy: hashes of all that is classified in the source, looked for in everything the copy holds. It uses nothing
// of what has masked it but the key, and that only to tell a coincidence from a leak.
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { holdsOriginals, originalsOf } from '../domain/refresh/classified.ts';
import type { PlannedColumn, PlannedTable } from '../domain/refresh/compile.ts';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import { formsOf, foundIn, partsOf, textsOf, wordCount, type Wanted } from '../domain/refresh/originals.ts';
import { openKernel, type Keys } from '../kernel/kernel.ts';
import { compiledKernel } from './compiled-kernel.ts';
import { quoted } from './connect.ts';
import { isPartitioned } from './look-after.ts';
import { openOriginalSet } from './original-set.ts';
import { programOf } from './program-of.ts';
import { asJson, readValues } from './read-values.ts';

export interface LeakProof {
  /** Different forms of originals that were looked for. */
  readonly originalCount: number;
  /** Of the set of their hashes. */
  readonly setBytes: number;
  /** Values, names and texts of the copy that were looked through. */
  readonly textCount: number;
  /** Masks that are another original by chance: a permuted number may be somebody else's. */
  readonly coincidenceCount: number;
}

export interface Proving {
  /** In the transaction of the snapshot. */
  readonly source: Client;
  readonly fresh: Client;
  readonly plan: readonly PlannedTable[];
  readonly keys: Keys;
  readonly signal: AbortSignal;
}

/** Finds that are kept in memory; more than this are a leak whatever explains them. */
const MOST_HITS = 100_000;
const MOST_PLACES = 40;
/** Maskers whose mask may be somebody else's original. */
const permuting: readonly MaskerName[] = ['digits', 'token', 'iban', 'card', 'text', 'ip'];

/** Throws `GR5061` with the places of what was found, and never with a value. */
export async function proveNoLeak(proving: Proving): Promise<LeakProof> {
  const { source, plan, keys, signal } = proving;
  const originals = openOriginalSet(keys.leak);
  const wordCounts = new Set<number>();
  await eachOriginal(source, plan, signal, (_column, form) => {
    originals.add(form);
    wordCounts.add(wordCount(form));
  });
  const { has, mayHave } = originals;
  const { hits, textCount } = await lookThrough(proving, { has, mayHave, wordCounts });
  const unexplained = hits.length > MOST_HITS ? hits : await withoutCoincidences(proving, hits);
  if (unexplained.length > 0) fail(leaked(unexplained));
  return {
    ...{ originalCount: originals.count(), setBytes: originals.sizeBytes(), textCount },
    coincidenceCount: hits.length,
  };
}

interface Hit {
  /** `public.users.phone`, or `a comment`. */
  readonly place: string;
  readonly form: string;
  /** Of the column it was found in; null where that masks nothing. */
  readonly masker: MaskerName | null;
}

async function eachOriginal(
  source: Client,
  plan: readonly PlannedTable[],
  signal: AbortSignal,
  onOriginal: (column: PlannedColumn, form: string, masker: MaskerName, value: string) => void,
): Promise<void> {
  for (const { name, columns } of plan) {
    const holding = columns.filter(holdsOriginals);
    const readers = holding.map(originalsOf);
    const from = (await isPartitioned(source, name)) ? name : `ONLY ${name}`;
    await readValues(
      source,
      from,
      holding.map((column) => asJson(column.name)),
      signal,
      (i, json) => {
        for (const { form, masker, value } of readers[i]!(json)) onOriginal(holding[i]!, form, masker, value);
      },
    );
  }
}

async function lookThrough({ fresh, plan, signal }: Proving, wanted: Wanted) {
  const hits: Hit[] = [];
  let textCount = 0;
  const look = (text: string, place: string, masker: MaskerName | null): void => {
    textCount += 1;
    for (const form of foundIn(text, wanted)) if (hits.length <= MOST_HITS) hits.push({ place, form, masker });
  };
  await fresh.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
  const { rows: tables } = await fresh.query<CopiedTable>(everyTable);
  for (const { name, columns, types } of tables) {
    const planned = plan.find((table) => table.name === name)?.columns ?? [];
    const maskers = columns.map((column) => maskerIn(planned.find((each) => each.name === column)));
    const values = columns.map((column, i) => valueOf(column, types[i]!));
    await readValues(fresh, `ONLY ${name}`, values, signal, (i, json) => {
      for (const text of textsOf(json)) look(text, `${name}.${columns[i]!}`, maskers[i]!);
    });
  }
  const { rows: said } = await fresh.query<{ place: string; text: string | null }>(everythingSaid);
  for (const { place, text } of said) look(text ?? '', place, null);
  await fresh.query('COMMIT');
  return { hits, textCount };
}

interface CopiedTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Of PostgreSQL's own that hold no text; empty for all others. */
  readonly types: readonly string[];
}

/** What is looked through of a column. A truth or a label of an enumeration has nothing to find, and numbers of fewer than seven digits are no originals. */
function valueOf(column: string, type: string): string {
  const name = quoted(column);
  if (type === 'bool' || type === 'int2' || type === 'enum') return 'NULL';
  if (type === 'int4' || type === 'int8')
    return `CASE WHEN ${name} >= 1000000 OR ${name} <= -1000000 THEN ${name}::text END`;
  return asJson(column);
}

/** In JSON and running text every permuting masker of texts may have been at work. */
function maskerIn(column: PlannedColumn | undefined): MaskerName | null {
  if (column?.rule.kind === 'json') return 'text';
  return column?.rule.kind === 'mask' ? column.rule.masker : null;
}

/**
 * A find is a coincidence when its column's masker makes it out of some *other* original. One that only comes of itself, or of nothing, is a leak.
 */
async function withoutCoincidences(
  { source, plan, keys, signal }: Proving,
  hits: readonly Hit[],
): Promise<readonly Hit[]> {
  const open = hits.filter(({ masker }) => masker !== null && permuting.includes(masker));
  if (open.length === 0) return hits;
  const wanted = Map.groupBy(open, ({ form }) => form);
  const explained = new Set<Hit>();
  const kernel = openKernel(keys, compiledKernel());
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  await eachOriginal(source, plan, signal, (column, form, masker, value) => {
    if (!permuting.includes(masker)) return;
    const rule = { kind: 'mask', masker, days: 1, by: null, percent: 1 } as const;
    const program = programOf({ name: column.name, type: 'text', rule, isEntity: false });
    const masked = kernel.mask(program, encoder.encode(value));
    if (masked === null) return;
    const text = decoder.decode(masked);
    for (const made of masker === 'text' ? partsOf(text) : formsOf(text))
      for (const hit of wanted.get(made) ?? [])
        if (made !== form && (hit.masker === masker || hit.masker === 'text')) explained.add(hit);
  });
  return hits.filter((hit) => !explained.has(hit));
}

function leaked(hits: readonly Hit[]) {
  const places = [...Map.groupBy(hits, ({ place }) => place)]
    .map(([place, found]) => `${place} (${found.length})`)
    .toSorted();
  return {
    code: 'GR5061',
    message: `Originals are left in the copy: ${places.slice(0, MOST_PLACES).join(', ')}${places.length > MOST_PLACES ? ` and ${places.length - MOST_PLACES} more places` : ''}. Nothing was published.`,
    where: hits[0]!.place,
    do: 'Give the columns a rule that masks them; what is found in a comment, a default or the words of a schema must be changed in the source.',
  };
}

const people = `n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'`;

/** Also what no plan has: materialised views, partitions, columns that PostgreSQL generates. */
const everyTable = `
SELECT quote_ident(n.nspname) || '.' || quote_ident(c.relname) AS name, array_agg(a.attname::text ORDER BY a.attnum) AS columns,
  array_agg(CASE WHEN t.typtype = 'e' THEN 'enum' WHEN t.oid IN ('bool'::regtype, 'int2'::regtype, 'int4'::regtype, 'int8'::regtype) THEN t.typname::text ELSE '' END ORDER BY a.attnum) AS types
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid
WHERE c.relkind IN ('r', 'm') AND ${people} GROUP BY 1`;

/** What the database says beside its rows: names, defaults, comments, code, labels, limits. */
const everythingSaid = `
SELECT 'the name of a table or index' AS place, c.relname::text AS text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${people}
UNION ALL SELECT 'the name of a column', a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${people} AND a.attnum > 0
UNION ALL SELECT 'the name of a schema', n.nspname FROM pg_namespace n WHERE ${people}
UNION ALL SELECT 'the default of ' || d.adrelid::regclass, pg_get_expr(d.adbin, d.adrelid) FROM pg_attrdef d
UNION ALL SELECT 'a comment', d.description FROM pg_description d WHERE d.objoid >= 16384 OR d.classoid = 'pg_namespace'::regclass
UNION ALL SELECT 'the function ' || p.proname, coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace WHERE ${people}
UNION ALL SELECT 'a label of the type ' || e.enumtypid::regtype, e.enumlabel FROM pg_enum e
UNION ALL SELECT 'the constraint ' || k.conname, pg_get_constraintdef(k.oid) FROM pg_constraint k JOIN pg_namespace n ON n.oid = k.connamespace WHERE ${people}
UNION ALL SELECT 'the index ' || i.indexrelid::regclass, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE ${people}
UNION ALL SELECT 'the view ' || c.relname, pg_get_viewdef(c.oid) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('v', 'm') AND ${people}
UNION ALL SELECT 'a bound of the partition ' || c.relname, pg_get_expr(c.relpartbound, c.oid) FROM pg_class c WHERE c.relispartition
UNION ALL SELECT 'the trigger ' || t.tgname, pg_get_triggerdef(t.oid) FROM pg_trigger t WHERE NOT t.tgisinternal
UNION ALL SELECT 'the policy ' || polname, coalesce(pg_get_expr(polqual, polrelid), '') || ' ' || coalesce(pg_get_expr(polwithcheck, polrelid), '') FROM pg_policy
UNION ALL SELECT 'a rule of ' || tablename, definition FROM pg_rules WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`;

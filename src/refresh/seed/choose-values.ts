// For columns under a CHECK: candidates are shown to PostgreSQL, and the ones that it takes are made.
import type { Client } from 'pg';
import { fail } from '../../domain/failure.ts';
import { candidatesFor } from '../../domain/seed/candidates.ts';
import { keyFor } from '../../domain/seed/chance.ts';
import { naturalMaker } from '../../domain/seed/columns.ts';
import { isLeftToDefault } from '../../domain/seed/column-facts.ts';
import { SPAN_MS } from '../../domain/seed/instants.ts';
import type { PlannedSeed } from '../../domain/seed/plan-seed.ts';
import type { SeedColumn } from '../../domain/seed/seed-schema.ts';
import type { Maker } from '../../domain/seed/values.ts';
import { quoted } from '../connect.ts';

const SHOWN = 60;

/** Makers by column, where what the name says is not the best; null: it stays empty, because nothing else is taken. Throws GR5176 where a column may not be empty and nothing is taken. */
export async function chooseValues(
  client: Client,
  planned: PlannedSeed,
  seed: number,
  untilAt: number,
): Promise<ReadonlyMap<string, Maker | null>> {
  const { table } = planned;
  const chosen = new Map<string, Maker | null>();
  const refers = new Set(table.references.flatMap(({ columns }) => columns.map(({ child }) => child)));
  for (const column of table.columns) {
    const all = table.checks.filter(({ columns }) => columns.includes(column.name));
    if (all.length === 0 || column.sequence !== null || refers.has(column.name) || isLeftToDefault(table, column))
      continue;
    const alone = all.filter(({ columns }) => columns.length === 1);
    const beside = all.filter((check) => !alone.includes(check));
    const natural = naturalMaker(column, { planned, seed, untilAt });
    const others = candidatesFor(column, alone, beside, keyFor(seed, `${table.name}.${column.name}`));
    // Only rows can tell of a condition over several columns; what it names is more likely than what a name says.
    if (alone.length === 0) {
      if (others[0]) chosen.set(column.name, others[0]);
      continue;
    }
    const best = await bestOf(
      client,
      { column, untilAt },
      alone.map(({ sql }) => sql),
      natural ? [natural, ...others] : others,
    );
    if (best !== null) chosen.set(column.name, best);
    else if (!column.isNullable)
      fail({
        code: 'GR5176',
        message: `No value for ${table.name}.${column.name} was found that ${alone.map(({ name }) => `"${name}"`).join(' and ')} lets in.`,
        where: `${table.name}.${column.name}`,
        do: 'Fill the table by a script of your own, and name it under "keep" in seed.yaml.',
      });
    else chosen.set(column.name, null);
  }
  return chosen;
}

async function bestOf(
  client: Client,
  { column, untilAt }: { readonly column: SeedColumn; readonly untilAt: number },
  conditions: readonly string[],
  makers: readonly Maker[],
): Promise<Maker | null> {
  let best: { readonly maker: Maker; readonly taken: number } | null = null;
  for (const maker of makers) {
    const values = Array.from({ length: SHOWN }, (_, row) => maker(row, 0, untilAt - (row / SHOWN) * SPAN_MS));
    const taken = await takenOf(client, column, conditions, values);
    if (taken > (best?.taken ?? 0)) best = { maker, taken };
    if (taken === SHOWN) break;
  }
  return best?.maker ?? null;
}

/** How many of them hold; none where one of them is no value of the type at all. */
async function takenOf(
  client: Client,
  column: SeedColumn,
  conditions: readonly string[],
  values: readonly string[],
): Promise<number> {
  await client.query('SAVEPOINT greenroom_shown');
  try {
    const { rows } = await client.query<{ taken: string }>(
      `SELECT count(*) FILTER (WHERE ${conditions.map((sql) => `(${sql}) IS NOT FALSE`).join(' AND ')}) AS taken
       FROM (SELECT v::${column.typeSql} AS ${quoted(column.name)} FROM unnest($1::text[]) AS shown (v)) AS columns`,
      [values],
    );
    return Number(rows[0]!.taken);
  } catch (error) {
    if (typeof (error as { code?: unknown }).code !== 'string') throw error;
    await client.query('ROLLBACK TO SAVEPOINT greenroom_shown');
    return 0;
  } finally {
    await client.query('RELEASE SAVEPOINT greenroom_shown').catch(() => {});
  }
}

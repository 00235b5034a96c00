// What the migration changes for the old version, beside what its statements meet of it.
import pg from 'pg';
import type { AskedRelation, UnmetChange } from '../domain/rehearsal/facts.ts';
import { shapeChanges } from '../domain/rehearsal/shape.ts';
import type { StatementUses } from '../domain/rehearsal/statement-use.ts';
import { unmetChanges } from '../domain/rehearsal/unmet.ts';
import { brokenRows, notValid } from './broken-rows.ts';
import type { RehearsalOrder } from './order.ts';
import type { Relation } from './relations.ts';
import { statementUses } from './statement-uses.ts';
import type { Scratch } from './scratch.ts';
import { otherViews, viewTexts } from './view-values.ts';
import { tableShape } from './table-shape.ts';

export interface ShapeWatch {
  /** To be asked after the migration. */
  unmet(asked: readonly AskedRelation[]): Promise<readonly UnmetChange[]>;
}

/** `asker`: one of the old version, which finds the relations of its statements. */
interface Sessions {
  readonly scratch: Scratch;
  readonly looker: pg.Client;
  readonly asker: pg.Client;
}

/** To be called before the migration. */
export async function watchShape(
  { scratch, looker, asker }: Sessions,
  {
    order,
    relations,
    texts,
  }: { readonly order: RehearsalOrder; readonly relations: readonly Relation[]; readonly texts: readonly string[] },
): Promise<ShapeWatch> {
  const shape = await tableShape(looker, order.applicationRole);
  const [unvalidated, views] = [await notValid(looker), await viewTexts(looker)];
  const statements = await foundBy(asker, await Promise.all(texts.map(statementUses)), relations);
  const isCaptured = order.capture !== undefined;
  const isUsed = (relation: string) => statements.uses.some((use) => use.relation === relation);
  return {
    unmet: async (asked) => [
      ...unmetChanges(shapeChanges(shape, await tableShape(looker, order.applicationRole)), {
        ...{ shape, asked, statements },
        ...{ isNamed: order.applicationRole !== null, isCaptured },
      }),
      ...(await brokenRows(looker, scratch.name, unvalidated)),
      ...(await otherViews(looker, scratch.name, views)).filter(({ relation }) => !isCaptured || isUsed(relation)),
    ],
  };
}

/** Names as they stand in statements are those of relations on the search path; what it does not find is none of before. */
async function foundBy(
  asker: pg.Client,
  each: readonly StatementUses[],
  relations: readonly Relation[],
): Promise<StatementUses> {
  const uses = each.flatMap((one) => one.uses);
  const compared = each.flatMap((one) => one.compared);
  const names = [...new Set([...uses.map(({ relation }) => relation), ...compared.flatMap(({ among }) => among)])];
  const known = new Map(relations.map(({ oid, name }) => [oid, name]));
  const found = new Map<string, string | undefined>();
  for (const name of names) found.set(name, known.get((await oidOf(asker, name)) ?? 0));
  return {
    uses: uses.flatMap((use) =>
      [found.get(use.relation)].flatMap((relation) => (relation === undefined ? [] : [{ ...use, relation }])),
    ),
    compared: compared.map(({ column, among }) => ({
      column,
      among: among.flatMap((name) => found.get(name) ?? []),
    })),
  };
}

/** Null: there is none, or it may not know. */
async function oidOf(asker: pg.Client, name: string): Promise<number | null> {
  try {
    const { rows } = await asker.query<{ oid: number | null }>('select to_regclass($1)::oid::int as oid', [name]);
    return rows[0]!.oid;
  } catch (error) {
    if (error instanceof pg.DatabaseError) return null;
    throw error;
  }
}

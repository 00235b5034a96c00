// A clone's schema and data, by which runs are compared.
import { compareData, compareSchemas, type DataFingerprint, type SchemaFact } from '../domain/rehearsal/fingerprint.ts';
import { dataColumns, dataFingerprint, schemaFingerprint, type DataColumns } from './database-fingerprint.ts';
import type pg from 'pg';
import type { Scratch } from './scratch.ts';

export interface State {
  readonly schema: readonly SchemaFact[];
  readonly data: DataFingerprint;
}

/** Reads every row of the columns that are asked for. Each clone's owner has a name of its own, which says nothing of the schema. */
export async function stateOf(client: pg.Client, columns: DataColumns, scratch: Scratch): Promise<State> {
  const schema = await schemaFingerprint(client);
  return {
    schema: schema.map(({ name, text }) => ({ name, text: text.replaceAll(scratch.name, 'the owner') })),
    data: await dataFingerprint(client, columns),
  };
}

/** The columns of a clone that nobody has changed yet. */
export const columnsOf = async (scratch: Scratch): Promise<{ client: pg.Client; columns: DataColumns }> => {
  const client = await scratch.connect('greenroom looker');
  return { client, columns: await dataColumns(client) };
};

export interface Difference {
  readonly schemaDifferences: readonly string[];
  readonly lostTables: readonly string[];
  readonly movedSequences: readonly string[];
}

/** What of the first is not so in the second. */
export const differenceOf = (before: State, after: State): Difference => ({
  schemaDifferences: compareSchemas(before.schema, after.schema).map(({ how, name }) => `${how} ${name}`),
  ...compareData(before.data, after.data),
});

export const isSame = ({ schemaDifferences, lostTables, movedSequences }: Difference): boolean =>
  schemaDifferences.length + lostTables.length + movedSequences.length === 0;

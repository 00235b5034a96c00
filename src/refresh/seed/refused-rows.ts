import { FailureError } from '../../domain/failure.ts';

interface Told {
  readonly code?: string;
  readonly schema?: string;
  readonly table?: string;
  readonly column?: string;
  readonly constraint?: string;
}

const remedies: Readonly<Record<string, string>> = {
  42501: 'The role needs to own the tables, their sequences and the database.',
  '55P03': 'Somebody else writes into these tables: end that session, or run it again when it has ended.',
};

/** `GR5177`: what PostgreSQL refused, by names; what it says of values is left out. Another error comes back as it is. */
export function refusedRows(error: unknown, where: string): unknown {
  const { code, ...told } = error as Told;
  if (typeof code !== 'string' || !/^[0-9A-Z]{5}$/.test(code)) return error;
  const { table, column, constraint } = told;
  const names = Object.entries({ table, column, constraint }).flatMap(([word, name]) =>
    name === undefined ? [] : [`${word} "${name}"`],
  );
  return new FailureError({
    code: 'GR5177',
    message: `PostgreSQL refused the rows of ${where} with SQLSTATE ${code}${names.length > 0 ? ` (${names.join(', ')})` : ''}. Nothing was filled.`,
    where,
    do: remedies[code] ?? 'Fill this table by a script of your own, and name it under "keep" in seed.yaml.',
  });
}

const column =
  'Expand first: keep the old column, add the new one beside it, write both and read the new one; drop the old one in a later release.';
const table = 'Expand first: leave a view of the old name that can be written, and drop it in a later release.';
const required =
  'Expand first: give the column a DEFAULT or leave it nullable; make it NOT NULL once no version writes without it.';
const check = 'Expand first: let a release write what the rule asks for; add the rule in the one after it.';
const type =
  'Expand first: add a column of the new type beside the old one, fill it in batches, change over, drop the old one later.';
const routine =
  'Expand first: add the new function beside the old one, and drop the old one when nobody calls it any more.';
const rights = 'Grant what the old version needs until it is gone.';
const conflict =
  'Expand first: keep the unique index that ON CONFLICT names until no version asks for it, and build the other one beside it.';
const plain = 'Expand first: let old and new live beside each other for a release, then contract.';

const bySqlState: Readonly<Record<string, string>> = {
  ...{ '42703': column, '428C9': column, '42P01': table, '3F000': table, '42809': table, '55000': table },
  ...{ '23502': required, '23514': check, '23503': check, '23505': check, '23P01': check, '44000': check },
  ...{ '42804': type, '42846': type, '22P02': type, '22001': type, '22003': type, '42704': type },
  ...{ '42883': routine, '42725': routine, '42501': rights, '42P10': conflict },
};

/** How a migration that breaks the old version with this SQLSTATE is written anew, so that both versions can live. */
export const expandAndContract = (sqlState: string): string => bySqlState[sqlState] ?? plain;

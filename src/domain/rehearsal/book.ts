// The books in which migration tools write what they have run. When they wrote it, under which number and as whom differs by itself.

/** A table as it stands; names unquoted. */
export interface BookTable {
  readonly name: string;
  readonly columns: readonly string[];
  /** Filled by the clock or by a counter: an instant, an identity, a serial. */
  readonly counted: readonly string[];
}

interface KnownBook {
  readonly has: readonly string[];
  readonly may?: readonly string[];
  /** Of those, what is another one at each run. */
  readonly differs?: readonly string[];
  /** A row is no migration. */
  readonly isLock?: true;
}

const known: Readonly<Record<string, KnownBook>> = {
  knex_migrations: { has: ['id', 'name', 'batch', 'migration_time'], differs: ['id', 'migration_time'] },
  knex_migrations_lock: { has: ['index', 'is_locked'], differs: ['index'], isLock: true },
  pgmigrations: { has: ['id', 'name', 'run_on'], differs: ['id', 'run_on'] },
  alembic_version: { has: ['version_num'] },
  __drizzle_migrations: {
    ...{ has: ['id', 'hash', 'created_at'], may: ['name', 'applied_at'] },
    differs: ['id', 'applied_at'],
  },
  _prisma_migrations: {
    has: ['id', 'checksum', 'migration_name', 'finished_at', 'started_at', 'applied_steps_count'],
    ...{ may: ['logs', 'rolled_back_at'], differs: ['id', 'finished_at', 'started_at'] },
  },
  flyway_schema_history: {
    has: ['installed_rank', 'version', 'description', 'type', 'script', 'checksum', 'success'],
    may: ['installed_by', 'installed_on', 'execution_time'],
    differs: ['installed_by', 'installed_on', 'execution_time'],
  },
  schema_migrations: {
    ...{
      has: ['version'],
      may: ['dirty', 'name', 'checksum', 'applied_at', 'inserted_at', 'created_at', 'executed_at'],
    },
    differs: ['applied_at', 'inserted_at', 'created_at', 'executed_at'],
  },
  SequelizeMeta: { has: ['name'] },
  goose_db_version: { has: ['id', 'version_id', 'is_applied', 'tstamp'], differs: ['id', 'tstamp'] },
  django_migrations: { has: ['id', 'app', 'name', 'applied'], differs: ['id', 'applied'] },
  ar_internal_metadata: {
    ...{ has: ['key', 'value', 'created_at', 'updated_at'], differs: ['created_at', 'updated_at'], isLock: true },
  },
};

export const knownBooks: readonly string[] = Object.keys(known);

export interface BookShape {
  /** Columns by which it is compared. */
  readonly compared: readonly string[];
  readonly left: readonly string[];
  readonly counts: boolean;
}

/** Null: it is none, and all of it is data. Told by name and shape alike, or declared; no other column of it may be left out. */
export function bookShape(table: BookTable, isDeclared: boolean): BookShape | null {
  const { columns, counted } = table;
  const shape = (left: readonly string[], counts: boolean): BookShape => ({
    compared: columns.filter((column) => !left.includes(column)),
    ...{ left: left.filter((column) => columns.includes(column)), counts },
  });
  if (isDeclared) return shape(counted, true);
  const book = Object.hasOwn(known, table.name) ? known[table.name]! : null;
  if (book === null || !book.has.every((column) => columns.includes(column))) return null;
  const names = [...book.has, ...(book.may ?? [])];
  return columns.every((column) => names.includes(column)) ? shape(book.differs ?? [], book.isLock !== true) : null;
}

/** A book as it stands in a database. */
export interface Book {
  /** Quoted, with its schema. */
  readonly relation: string;
  readonly left: readonly string[];
  /** Itself, its indexes and its sequences. */
  readonly parts: readonly string[];
  /** Its schema, where nothing but books is in it. */
  readonly schema: string | null;
  readonly counts: boolean;
  readonly rows: number;
  readonly hash: string;
}

/** Facts of the schema that are of a book and of nothing else. */
export function isOfBook(fact: string, { relation, parts, schema }: Book): boolean {
  const whole = parts.flatMap((part) => [`relation ${part}`, `index ${part}`, `sequence ${part}`]);
  if (schema !== null) whole.push(`schema ${schema}`);
  return whole.includes(fact) || fact.startsWith(`column ${relation}.`) || fact.startsWith(`constraint ${relation} `);
}

export interface BookDifference {
  readonly relation: string;
  /** Rows more, or fewer, than before; 0: others. */
  readonly more: number;
}

/** Of the first that the second does not say alike. One that came since, with nothing in it, is no difference. */
export function compareBooks(before: readonly Book[], after: readonly Book[]): readonly BookDifference[] {
  const names = [...new Set([...before, ...after].map(({ relation }) => relation))].toSorted();
  const find = (books: readonly Book[], name: string) => books.find(({ relation }) => relation === name);
  return names.flatMap((relation) => {
    const [old, now] = [find(before, relation), find(after, relation)];
    const isSame =
      old === undefined ? now!.rows === 0 || !now!.counts : old.rows === now?.rows && old.hash === now.hash;
    return isSame ? [] : [{ relation, more: (now?.rows ?? 0) - (old?.rows ?? 0) }];
  });
}

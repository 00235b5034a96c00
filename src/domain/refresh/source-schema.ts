/** What is known of the source before anything is copied; the plan is made of nothing else. */
export interface SourceTable {
  /** Quoted where PostgreSQL would: `public.users`, `"Odd Schema"."User Table"`. */
  readonly name: string;
  readonly columns: readonly SourceColumn[];
}

export interface SourceColumn {
  readonly name: string;
  /** PostgreSQL's name of the type under all domains: `text`, `int8`, `_text`; `enum` and `composite` for what people made, `large-object` for numbers of large objects. */
  readonly type: string;
  /** Longest text that fits, in characters; null when there is no limit. */
  readonly maxCharacters: number | null;
  readonly isNullable: boolean;
  /** Alone or with others in a primary key or a unique index. */
  readonly isUnique: boolean;
  readonly isGenerated: boolean;
  readonly isPartitionKey: boolean;
  /** CHECK constraints, of its domain too, that name it. */
  readonly checks: readonly string[];
  /** Column that a foreign key of it points at: `public.users.id`. */
  readonly references: string | null;
  /** Texts of some values; null where there was none. */
  readonly samples: readonly (string | null)[];
}

export type Family =
  | 'text'
  | 'text-array'
  | 'whole'
  | 'fraction'
  | 'uuid'
  | 'day'
  | 'network'
  | 'mac'
  | 'json'
  | 'bytes'
  | 'object'
  | 'other';

/** The type of a column whose values are numbers of large objects: the number says nothing, the object anything. */
export const LARGE_OBJECT = 'large-object';

const families: Readonly<Record<string, Family>> = {
  ...Object.fromEntries(['text', 'varchar', 'bpchar', 'citext'].map((type) => [type, 'text'])),
  ...Object.fromEntries(['_text', '_varchar', '_bpchar', '_citext'].map((type) => [type, 'text-array'])),
  ...Object.fromEntries(['int2', 'int4', 'int8'].map((type) => [type, 'whole'])),
  ...Object.fromEntries(['numeric', 'float4', 'float8'].map((type) => [type, 'fraction'])),
  ...Object.fromEntries(['date', 'timestamp', 'timestamptz'].map((type) => [type, 'day'])),
  ...Object.fromEntries(['inet', 'cidr'].map((type) => [type, 'network'])),
  ...Object.fromEntries(['macaddr', 'macaddr8'].map((type) => [type, 'mac'])),
  ...Object.fromEntries(['json', 'jsonb'].map((type) => [type, 'json'])),
  ...{ uuid: 'uuid', bytea: 'bytes', oid: 'object', [LARGE_OBJECT]: 'object' },
} as const;

export const familyOf = (type: string): Family => (Object.hasOwn(families, type) ? families[type]! : 'other');

/** Whether people should look at a column again; not where its last large object is gone, for the next one may come tomorrow. */
export const isOtherType = (before: string | undefined, now: string): boolean =>
  before !== now && !(before === LARGE_OBJECT && now === 'oid');

/** As rules and failures name it. */
export const columnName = (table: SourceTable, column: SourceColumn): string => `${table.name}.${column.name}`;

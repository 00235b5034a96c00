// A database that is to be filled, as far as its rows depend on it. Names as rules and failures write them: `public.users`.
import type { ForeignKey } from '../refresh/subset.ts';

/** Of a column or of what is inside one; domains are what they are made of. */
export type ValueType =
  /** `typmod` as PostgreSQL keeps it; -1: none. */
  | { readonly kind: 'base'; readonly name: string; readonly typmod: number }
  | { readonly kind: 'enum'; readonly labels: readonly string[] }
  | { readonly kind: 'array'; readonly of: ValueType }
  | { readonly kind: 'range'; readonly of: ValueType; readonly isMulti: boolean }
  | { readonly kind: 'composite'; readonly fields: readonly ValueType[] };

export interface SeedColumn {
  readonly name: string;
  readonly type: ValueType;
  /** As SQL writes it, under all domains: `character varying(20)`. */
  readonly typeSql: string;
  readonly isNullable: boolean;
  /** PostgreSQL counts it: an identity, or a default of a sequence. */
  readonly sequence: Sequence | null;
  readonly preset: Preset;
}

export interface Sequence {
  /** Quoted. */
  readonly name: string;
  readonly start: number;
  readonly increment: number;
}

/** A default: none, one that says the same each time, or one that does not. */
export type Preset = { readonly kind: 'none' | 'varying' } | { readonly kind: 'constant'; readonly text: string };

export interface Unique {
  readonly name: string;
  /** Also those that an expression of it speaks of. */
  readonly columns: readonly string[];
}

export interface Check {
  readonly name: string;
  readonly columns: readonly string[];
  /** A condition over the columns of the table, without CHECK. */
  readonly sql: string;
}

export interface SeedTable {
  readonly name: string;
  /** Without generated ones. */
  readonly columns: readonly SeedColumn[];
  readonly uniques: readonly Unique[];
  /** Of the table, of its domains, and that a row finds its partition. */
  readonly checks: readonly Check[];
  readonly references: readonly ForeignKey[];
  /** How many it has; those of a table that is kept are referred to. */
  readonly rowCount: number;
}

export const columnOf = ({ columns }: SeedTable, name: string): SeedColumn | undefined =>
  columns.find((each) => each.name === name);

// A part of the source that stands by itself: which rows begin it, and which tables hang on which. The words here are used in every file of subsets.

/** `subset` of `refresh.yaml`. Tables as rules name them: `public.users`. */
export interface SubsetRules {
  readonly roots: Readonly<Record<string, RootRule>>;
  /** Copied whole, whatever hangs on them. */
  readonly whole: readonly string[];
  /** By a column of the reference, or by the name of its constraint: `public.orgs.owner_id`. */
  readonly references: Readonly<Record<string, ReferenceRule>>;
}

export interface RootRule {
  /** Of its rows, over 0 and at most 1; null: all that meet the condition. */
  readonly share: number | null;
  /** SQL over the columns of the table; null: no condition. */
  readonly where: string | null;
}

/** `follow`: what a kept row refers to is kept too. `nullify`: the reference is emptied when it is not. */
export type ReferenceRule = 'follow' | 'nullify';

/** What the plan of a subset needs to know of a table. */
export interface SubsetTable {
  readonly name: string;
  readonly isPartitioned: boolean;
  /** Empty when there is none. */
  readonly primaryKey: readonly string[];
}

/** The *child* refers, the *parent* is referred to. */
export interface ForeignKey {
  readonly name: string;
  readonly child: string;
  readonly parent: string;
  readonly columns: readonly ForeignKeyColumn[];
  /** MATCH FULL: either all columns are null or none. */
  readonly isFull: boolean;
  /** Of one partition alone, or to one; over a period of time. Neither can be followed. */
  readonly oddity: 'partition' | 'period' | null;
}

export interface ForeignKeyColumn {
  readonly child: string;
  readonly parent: string;
  /** What makes the two equal, parent first; with its schema: `pg_catalog.=`. */
  readonly operator: string;
  /** Of the parent, quoted, where it is another than the child's. */
  readonly collation: string | null;
  readonly isNullable: boolean;
}

/**
 * Why a table has rows: it is a root and some were *chosen*; it *hangs* on tables that have some; it only is *pointed* at by rows that are kept; it
 * is *whole*.
 */
export type Standing = 'chosen' | 'hanging' | 'pointed' | 'whole';

export interface PlannedSubset {
  /** Those that hang on others after those, as far as they do not go in a circle. */
  readonly tables: readonly TablePart[];
  readonly stageCount: number;
  /** Of rows that could hang on others and hang on nothing; 0: none of them. */
  readonly looseShare: number;
}

export interface TablePart {
  readonly table: SubsetTable;
  readonly standing: Standing;
  /** From 0; tables that hang on those pointed at come a stage later. */
  readonly stage: number;
  readonly root: RootRule | null;
  /** A row is kept when one of these meets a row that is kept. Parents stand before. */
  readonly hangsOn: readonly ForeignKey[];
  /** Likewise, where the parent comes later or is the table itself. */
  readonly circles: readonly ForeignKey[];
  /** Parents of kept rows are kept. None whose parent is whole. */
  readonly follows: readonly ForeignKey[];
  readonly empties: readonly Emptied[];
}

export interface Emptied {
  readonly reference: ForeignKey;
  /** Columns of the child that become null. */
  readonly columns: readonly string[];
}

/** A row that hangs on its one parent has that parent; nobody needs to look for it. */
export const isSettled = ({ standing, hangsOn, circles }: TablePart, reference: ForeignKey): boolean =>
  standing === 'hanging' && circles.length === 0 && hangsOn.length === 1 && hangsOn[0] === reference;

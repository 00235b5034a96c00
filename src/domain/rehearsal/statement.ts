import type { Place } from './facts.ts';
import type { LockMode } from './lock-mode.ts';

/** One statement of a migration in the words of the rules; a parser's tree never comes further than its door. */
export interface ParsedStatement {
  readonly place: Place;
  /** In the order of the text; those in the bodies of DO blocks are among them. */
  readonly deeds: readonly Deed[];
}

/** What rules ask about; names of relations as in `facts.ts`. What only a database can answer (a type that changes, a row that is deleted) is `other`. */
export type Deed =
  | {
      readonly kind: 'create-table';
      readonly relation: string;
      readonly partitionOf: string | null;
    }
  | {
      readonly kind: 'add-column';
      readonly relation: string;
      readonly column: string;
      /** `volatile`: may be another value for each row; a function that nobody knows is taken for one. */
      readonly fill: 'none' | 'constant' | 'stable' | 'volatile' | 'sequence' | 'stored' | 'virtual';
      readonly references: string | null;
    }
  | {
      readonly kind: 'add-constraint';
      readonly relation: string;
      readonly constraint: 'check' | 'not-null' | 'foreign-key' | 'unique' | 'primary-key' | 'exclusion';
      readonly columns: readonly string[];
      readonly isValid: boolean;
      readonly usesIndex: boolean;
      readonly references: string | null;
    }
  /** SET EXPRESSION of a generated column, SET LOGGED or UNLOGGED, CLUSTER, VACUUM FULL; what is taken away or switched off. */
  | {
      readonly kind:
        | 'set-expression'
        | 'set-logged'
        | 'cluster'
        | 'vacuum-full'
        | 'drop-not-null'
        | 'drop-constraint'
        | 'disable-trigger';
      readonly relation: string;
    }
  | {
      readonly kind: 'create-index';
      readonly name: string;
      readonly relation: string;
      readonly columns: readonly string[];
      readonly isConcurrent: boolean;
      /** ON ONLY a partitioned table: reads nothing. */
      readonly isOnly: boolean;
    }
  /** REINDEX names an index or a table. */
  | { readonly kind: 'drop-index' | 'reindex'; readonly name: string; readonly isConcurrent: boolean }
  | { readonly kind: 'refresh' | 'detach-partition'; readonly relation: string; readonly isConcurrent: boolean }
  | { readonly kind: 'lock-table'; readonly relation: string; readonly mode: LockMode }
  | { readonly kind: 'transaction'; readonly word: 'begin' | 'commit' | 'rollback' }
  /** SET, RESET, and set_config where the name is written out; `all` of RESET ALL. */
  | { readonly kind: 'set'; readonly setting: string }
  | { readonly kind: 'copy'; readonly with: 'program' | 'file' | 'client' }
  | { readonly kind: 'call'; readonly function: string }
  | { readonly kind: 'administer'; readonly object: Administered }
  | { readonly kind: 'other' };

export type Administered =
  | 'extension'
  | 'server'
  | 'subscription'
  | 'role'
  | 'system-setting'
  | 'database'
  | 'untrusted-function';

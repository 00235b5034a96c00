import type { MaskerName } from './maskers.ts';
import type { SourceColumn } from './source-schema.ts';

/** What is done with a column. */
export type Rule =
  | { readonly kind: 'keep'; readonly because: string | null }
  | { readonly kind: 'null' }
  | { readonly kind: 'constant'; readonly value: string }
  | { readonly kind: 'json'; readonly paths: readonly PathRule[]; readonly rest: MaskerName | 'keep' }
  | {
      readonly kind: 'mask';
      readonly masker: MaskerName;
      /** Of `date-shift`: at most so many days. */
      readonly days: number;
      /** A column of the same table. Of `date-shift`: says whose the dates are; null moves all alike. Of `outbound`: names the setting. */
      readonly by: string | null;
      /** Of `band`. */
      readonly percent: number;
    };

export interface PathRule {
  readonly path: string;
  readonly masker: MaskerName | 'keep';
}

/** `refresh.yaml`, understood. The most particular rule wins: column, then pattern (the first that fits), then type. */
export interface RefreshRules {
  readonly columns: Readonly<Record<string, Rule>>;
  readonly patterns: readonly { readonly pattern: string; readonly rule: Rule }[];
  readonly types: Readonly<Record<string, Rule>>;
}

export interface FoundRule {
  readonly rule: Rule;
  /** Where it stands in the file: `columns.public.users.email`. */
  readonly place: string;
}

/** `*` stands for any signs but a dot, `**` for any: `*.email` is no column of a schema, `**.email` is one of every table. */
export function fits(pattern: string, name: string): boolean {
  const parts = pattern.split(/(\*\*|\*)/);
  const source = parts.map((part) =>
    part === '**' ? '.*' : part === '*' ? '[^.]*' : part.replace(/[\\^$.|?+()[\]{}]/g, '\\$&'),
  );
  return new RegExp(`^${source.join('')}$`, 'su').test(name);
}

export function ruleOf(
  { columns, patterns, types }: RefreshRules,
  name: string,
  { type }: SourceColumn,
): FoundRule | null {
  if (Object.hasOwn(columns, name)) return { rule: columns[name]!, place: `columns.${name}` };
  const pattern = patterns.find((each) => fits(each.pattern, name));
  if (pattern) return { rule: pattern.rule, place: `patterns.${pattern.pattern}` };
  return Object.hasOwn(types, type) ? { rule: types[type]!, place: `types.${type}` } : null;
}

import type { Command } from './statement-use.ts';
import { comparesOtherwise, isWider } from './type-shift.ts';

/**
 * One thing that a relation says of itself. `relation`: of what kind it is; `type` with its collation; `fill`: a column that is given a value by itself;
 * `required`: one that may not be NULL; `rule`: constraint or unique index; `reference`: what a foreign key of others does to it; `trigger`: also a
 * rewrite rule; `body`: what a trigger does; `policy`: only where row security is on; `right`: of somebody who does not own it.
 */
export interface ShapeFact {
  readonly relation: string;
  readonly kind:
    | 'relation'
    | 'type'
    | 'fill'
    | 'required'
    | 'rule'
    | 'reference'
    | 'trigger'
    | 'body'
    | 'policy'
    | 'right';
  readonly name: string;
  readonly text: string;
  /** What it is about; empty: the whole row. */
  readonly columns: readonly string[];
  /** What meets it. */
  readonly commands: readonly Command[];
}

/** What a statement has to do to meet a change. `nothing`: whatever it does, it ends as before. `filled`: everything that inserts names the column. */
export type Need =
  | { readonly by: 'nothing' }
  | { readonly by: 'filled'; readonly column: string }
  | { readonly by: 'value'; readonly column: string }
  | { readonly by: 'command'; readonly commands: readonly Command[]; readonly columns: readonly string[] };

/** `bindsOwner`: false for what binds everybody but who owns the table. */
export interface ShapeChange {
  readonly relation: string;
  readonly what: string;
  readonly need: Need;
  readonly bindsOwner: boolean;
}

/** What changes for who uses what stood before and still stands. What only came beside it, or allows more, changes nothing. */
export function shapeChanges(before: readonly ShapeFact[], after: readonly ShapeFact[]): readonly ShapeChange[] {
  const [was, is] = [factsByKey(before), factsByKey(after)];
  const context: Context = { was, is, rules: new Set(before.filter(({ kind }) => kind === 'rule').map(ruleKey)) };
  const stays = ({ relation, kind }: ShapeFact) => {
    const [had, has] = [was.get(key('relation', relation)), is.get(key('relation', relation))];
    return had !== undefined && has !== undefined && (kind === 'right' || had.text === has.text);
  };
  const all = [...new Map([...was, ...is]).values()].filter(stays);
  return all.flatMap((fact) => {
    const [had, has] = [was.get(keyOf(fact)), is.get(keyOf(fact))];
    return had?.text === has?.text
      ? []
      : changesOf(had, has, context).map((each) => ({ relation: fact.relation, ...each }));
  });
}

type Facts = ReadonlyMap<string, ShapeFact>;
interface Context {
  readonly was: Facts;
  readonly is: Facts;
  readonly rules: ReadonlySet<string>;
}
type Change = Omit<ShapeChange, 'relation'>;

const key = (kind: ShapeFact['kind'], relation: string, name = ''): string => JSON.stringify([kind, relation, name]);
const keyOf = ({ kind, relation, name }: ShapeFact): string => key(kind, relation, name);
const factsByKey = (facts: readonly ShapeFact[]): Facts => new Map(facts.map((fact) => [keyOf(fact), fact]));
/** By another name it is the same rule. */
const ruleKey = ({ relation, text }: ShapeFact): string => JSON.stringify([relation, text]);

function changesOf(had: ShapeFact | undefined, has: ShapeFact | undefined, context: Context): readonly Change[] {
  const { kind, relation, name, commands } = (has ?? had)!;
  const knows = (column: string) => context.was.has(key('type', relation, column));
  const one = (what: string, need: Need, bindsOwner = true): readonly Change[] => [{ what, need, bindsOwner }];
  const byWrite = (columns: readonly string[]): Need => ({ by: 'command', commands: ['insert', 'update'], columns });
  switch (kind) {
    case 'type':
      return had && has ? typeChange(had, has) : [];
    case 'fill':
      return context.is.has(key('type', relation, name)) && knows(name) ? fillChange(had, has, context) : [];
    case 'required': {
      if (!has || (!knows(name) && context.is.has(key('fill', relation, name)))) return [];
      return one(`the column ${name} that must be given`, byWrite(knows(name) ? [name] : []));
    }
    case 'rule': {
      const isOfNewColumns = (has?.columns ?? []).length > 0 && !has!.columns.some(knows);
      return !has || context.rules.has(ruleKey(has)) || isOfNewColumns
        ? []
        : one(name, byWrite(has.columns.filter(knows)));
    }
    case 'reference':
      return had && has ? one(name, { by: 'command', commands, columns: has.columns }) : [];
    case 'trigger':
      return has ? one(`the trigger or rule ${name}`, { by: 'command', commands, columns: [] }) : [];
    case 'body':
      return had && has ? one(`what the trigger ${name} does`, { by: 'nothing' }) : [];
    case 'policy': {
      const reads = commands.filter((command) => command === 'select');
      const writes = commands.filter((command) => command !== 'select');
      return [reads, writes]
        .filter((some) => some.length > 0)
        .flatMap((some) => one(name, { by: 'command', commands: some, columns: [] }, false));
    }
    case 'right':
      return has ? [] : one(name, { by: 'command', commands, columns: had!.columns }, false);
    case 'relation':
      return [];
  }
}

function typeChange(had: ShapeFact, has: ShapeFact): readonly Change[] {
  if (isWider(had.text, has.text)) return [];
  const need: Need = comparesOtherwise(had.text, has.text) ? { by: 'nothing' } : { by: 'value', column: has.name };
  return [{ what: `the type of ${has.name}, now ${has.text} and before ${had.text}`, need, bindsOwner: true }];
}

function fillChange(had: ShapeFact | undefined, has: ShapeFact | undefined, { is }: Context): readonly Change[] {
  const { relation, name } = (has ?? had)!;
  const change = (what: string, need: Need): readonly Change[] => [
    { what: `${name}, ${what}`, need, bindsOwner: true },
  ];
  const forbids = has?.text === 'generated' || has?.text === 'always';
  if (forbids)
    return change('which nobody may give any more', { by: 'command', commands: ['insert', 'update'], columns: [name] });
  if (had === undefined || (has !== undefined && had.text !== 'generated')) return [];
  if (had.text === 'generated') return change('which is not generated any more', { by: 'nothing' });
  // Where NULL may not be, an INSERT that leaves it out is refused, and so is met.
  const need: Need = is.has(key('required', relation, name))
    ? { by: 'command', commands: ['insert'], columns: [] }
    : { by: 'filled', column: name };
  return change('which has no default any more', need);
}

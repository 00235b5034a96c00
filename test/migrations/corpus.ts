// The corpus: a file of SQL for each migration, and beside it what must be said of it.
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Expectation, Expectations } from './expectation.ts';
import { columns } from './expected/columns.ts';
import { constraints } from './expected/constraints.ts';
import { data } from './expected/data.ts';
import { failing } from './expected/failing.ts';
import { hidden } from './expected/hidden.ts';
import { indexes } from './expected/indexes.ts';
import { locks } from './expected/locks.ts';
import { oldVersion } from './expected/old-version.ts';
import { outside } from './expected/outside.ts';
import { repeating } from './expected/repeating.ts';
import { session } from './expected/session.ts';
import { tables } from './expected/tables.ts';
import { types } from './expected/types.ts';
import { unexercised } from './expected/unexercised.ts';
import { values } from './expected/values.ts';
import { versions } from './expected/versions.ts';

const bad: Expectations = {
  ...locks,
  ...hidden,
  ...oldVersion,
  ...unexercised,
  ...data,
  ...failing,
  ...repeating,
  ...versions,
  ...outside,
  ...session,
};
const safe: Expectations = { ...columns, ...types, ...constraints, ...indexes, ...tables, ...values };

/** What a file says, by section; a statement ends where an empty line follows, in `old` and `new` with its line. */
export interface Script {
  /** Changes to the base before anything is measured; `mayFail` where one is meant to leave something broken. */
  readonly before: { readonly text: string; readonly mayFail: boolean } | null;
  readonly up: string;
  readonly down: string | null;
  /** The forward fix, where there is no way back. */
  readonly forward: string | null;
  /** What the new version has written and committed before somebody goes back. */
  readonly written: string | null;
  /** Statements of the application. */
  readonly old: readonly string[];
  readonly new: readonly string[];
}

export interface Case {
  readonly name: string;
  readonly kind: 'bad' | 'safe';
  /** The file, below the corpus. */
  readonly file: string;
  readonly script: Script;
  readonly expected: Expectation;
}

const folder = import.meta.dirname;
const read = (name: string) => readFileSync(path.join(folder, name), 'utf8');

/** Everything; what has only one half, a file or an expectation, is an error. */
export function corpus(): readonly Case[] {
  return [...casesOf('bad', bad), ...casesOf('safe', safe)];
}

function casesOf(kind: Case['kind'], expectations: Expectations): readonly Case[] {
  const files = readdirSync(path.join(folder, kind)).map((name) => name.replace(/\.sql$/, ''));
  const named = Object.keys(expectations);
  const halves = [...files, ...named].filter((name) => !files.includes(name) || !named.includes(name));
  if (halves.length > 0) throw new Error(`Only a file or only an expectation: ${halves.join(', ')}`);
  return named.map((name) => {
    const file = `${kind}/${name}.sql`;
    return { name, kind, file, script: scriptOf(read(file)), expected: expectations[name]! };
  });
}

export const baseScript = (): string => read('base/shop.sql');

/** Parts of a script that are run one after the other, where no transaction is around it. */
export const statementsOf = (text: string): readonly string[] =>
  text
    .split(/;\n\n/)
    .map((each) => each.trim().replace(/;$/, ''))
    .filter((each) => each !== '');

function scriptOf(text: string): Script {
  const parts = new Map(
    text
      .split(/^-- (?=(?:before(?:, may fail)?|up|down|forward|written|old|new)$)/m)
      .slice(1)
      .map((part): [string, string] => {
        const end = part.indexOf('\n');
        return [part.slice(0, end), part.slice(end + 1)];
      }),
  );
  const lines = (text: string) => text.split('\n').filter((line) => line.trim() !== '');
  const mayFail = parts.has('before, may fail');
  const before = parts.get(mayFail ? 'before, may fail' : 'before');
  const optional = (name: string) => parts.get(name) ?? null;
  return {
    before: before === undefined ? null : { text: before, mayFail },
    up: parts.get('up') ?? '',
    down: optional('down'),
    forward: optional('forward'),
    written: optional('written'),
    old: lines(parts.get('old') ?? read('base/old.sql')),
    new: lines(parts.get('new') ?? ''),
  };
}

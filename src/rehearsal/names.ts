// Names out of a parser's tree, written as PostgreSQL writes them.
import type { Node, RangeVar } from 'libpg-query';

/** With its schema unless that is `public`, quoted where PostgreSQL would. */
export const relationName = ({ schemaname, relname }: RangeVar): string =>
  qualified([...(schemaname === undefined ? [] : [schemaname]), relname ?? '']);

/** Of a list of String nodes; null when it is none. */
export const listedName = (nodes: readonly Node[] | undefined): string => qualified(wordsOf(nodes));

/** A function by its own name alone: where it stands says nothing of what it does. */
export const functionName = (nodes: readonly Node[] | undefined): string => wordsOf(nodes).at(-1) ?? '';

export const wordsOf = (nodes: readonly Node[] | undefined): readonly string[] =>
  (nodes ?? []).flatMap((node) => ('String' in node ? [node.String.sval ?? ''] : []));

const qualified = (words: readonly string[]): string =>
  (words.length > 1 && words[0] === 'public' ? words.slice(1) : words).map(quoted).join('.');

const quoted = (word: string): string => (/^[a-z_][a-z0-9_$]*$/.test(word) ? word : `"${word.replaceAll('"', '""')}"`);

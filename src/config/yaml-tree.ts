import { isAlias, isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument, Parser, type Node } from 'yaml';
import { failed, ok, type Failure, type Result } from '../domain/failure.ts';
import { mistake, type ConfigurationCode } from './catalogue.ts';
import type { Path, Position } from './position.ts';
import type { MapTree, Tree } from './tree.ts';

const depthLimit = 60;
const aliasedNodesLimit = 2_000;
const mistakesShown = 25;
/** Tokens of the lexer that stand for nothing in the text: a document or a flow ended, a scalar follows. */
const lexerMarks = new Set(['\u0002', '\u0018', '\u001F']);

/** YAML 1.2 text → tree with positions. Mistakes of the text come all at once; they end the reading of this file. */
export function parseYaml(text: string, file: string): Result<MapTree> {
  const tooDeep = findTooDeep(text, file);
  if (tooDeep) return failed(tooDeep);
  const lines = new LineCounter();
  const document = parseDocument(text, {
    lineCounter: lines,
    version: '1.2',
    schema: 'core',
    uniqueKeys: true,
    merge: false,
    prettyErrors: false,
    logLevel: 'error',
  });
  const reading = new Reading(lines, file);
  for (const error of [...document.errors, ...document.warnings].slice(0, mistakesShown))
    reading.refuse('GR1005', sentence(error.message), remedyOf(error.code), error.pos[0]);
  const broken = document.errors.some((error) => error.code !== 'DUPLICATE_KEY');
  if (broken) return failed(...reading.failures);
  const top = document.contents;
  const atTop = { file, line: 1, column: 1 };
  if (top === null || (isScalar(top) && top.value === null))
    return failed(mistake('GR1009', `${file} is empty.`, 'Write a first one with `greenroom init`.', atTop));
  if (!isMap(top)) {
    const seen = isSeq(top) ? 'a list' : 'a single value';
    return failed(
      mistake('GR1010', `${file} holds ${seen} where keys are expected.`, 'Begin with `project: <name>`.', atTop),
    );
  }
  const tree = reading.read(top as Node, []);
  if (reading.failures.length > 0 || tree.kind !== 'map') return failed(...reading.failures);
  return ok(tree);
}

const sentence = (text: string): string => {
  const first = text.split('\n')[0]!.slice(0, 160);
  return /[.!?]$/.test(first) ? first : `${first}.`;
};

const remedies: Record<string, string> = {
  DUPLICATE_KEY: 'Keep one of the two.',
  TAB_AS_INDENT: 'Indent with spaces.',
  MULTIPLE_DOCS: 'Keep one document: take out what follows the line "---".',
  BAD_INDENT: 'Line the keys of one mapping up.',
  MISSING_CHAR: 'Close the quote or bracket that was opened here or above.',
};
const remedyOf = (code: string): string => remedies[code] ?? 'Correct the YAML at this place.';

/** Only the lexer and a parser without recursion run over the text here, so that no nesting can exhaust the stack. */
function findTooDeep(text: string, file: string): Failure | null {
  const parser = new Parser();
  let offset = 0;
  for (const token of new Lexer().lex(text)) {
    for (const _ of parser.next(token));
    // A nested collection is two or three entries of the parser's stack.
    if (parser.stack.length > depthLimit * 2) {
      const before = text.slice(0, offset).split('\n');
      const at = { file, line: before.length, column: before.at(-1)!.length + 1 };
      return mistake('GR1006', `${file} nests deeper than ${depthLimit} levels.`, 'Flatten it.', at);
    }
    if (!lexerMarks.has(token)) offset += token.length;
  }
  return null;
}

/** One pass over the document that YAML made of the text. */
class Reading {
  readonly failures: Failure[] = [];
  readonly #anchors = new Map<string, Node>();
  readonly #lines: LineCounter;
  readonly #file: string;
  #aliasDepth = 0;
  #aliasedNodes = 0;

  constructor(lines: LineCounter, file: string) {
    this.#lines = lines;
    this.#file = file;
  }

  at(offset: number): Position {
    const { line, col } = this.#lines.linePos(offset);
    return { file: this.#file, line, column: col };
  }

  refuse(code: ConfigurationCode, message: string, remedy: string, offset: number, path: Path = []): void {
    this.failures.push(mistake(code, message, remedy, this.at(offset), path));
  }

  read(node: Node | null, path: Path): Tree {
    const offset = node?.range?.[0] ?? 0;
    const at = this.at(offset);
    if (this.#aliasDepth > 0) this.#aliasedNodes += 1;
    if (node && 'tag' in node && typeof node.tag === 'string')
      this.refuse(
        'GR1008',
        `The tag ${node.tag.replace('tag:yaml.org,2002:', '!!')} is not read.`,
        'Take it out; quote what is meant as text.',
        offset,
        path,
      );
    if (isAlias(node)) return this.#follow(node.source, path, offset);
    if (isMap(node)) return this.#keep(node, this.#readMap(node.items as PairLike[], path, at));
    if (isSeq(node))
      return this.#keep(node, {
        kind: 'list',
        at,
        items: node.items.map((item, index) => this.read(item as Node | null, [...path, index])),
      });
    return this.#keep(node, this.#readScalar(node, path, at, offset));
  }

  /** An anchor is known from here on, not inside itself: no alias can go in circles. */
  #keep<T extends Tree>(node: Node | null, tree: T): T {
    if (this.#aliasDepth === 0 && node && 'anchor' in node && typeof node.anchor === 'string')
      this.#anchors.set(node.anchor, node);
    return tree;
  }

  #readMap(pairs: readonly PairLike[], path: Path, at: Position): MapTree {
    const entries: MapTree['entries'] = new Map();
    for (const { key, value } of pairs) {
      const offset = key?.range?.[0] ?? 0;
      const name = isScalar(key) ? (key.source ?? String(key.value ?? '')) : null;
      if (name === null || name === '')
        this.refuse('GR1008', 'A key is not a word.', 'Write plain text before the colon.', offset, path);
      else if (name === '<<')
        this.refuse(
          'GR1008',
          'The merge key "<<" is not read.',
          'Use "extends", or write the fields out.',
          offset,
          path,
        );
      else if (isReserved(name))
        this.refuse('GR1012', `"${name}" cannot be a key.`, 'Choose another name.', offset, path);
      else if (!entries.has(name))
        entries.set(name, { keyAt: this.at(offset), value: this.read(value, [...path, name]) });
    }
    return { kind: 'map', at, entries };
  }

  #readScalar(node: Node | null, path: Path, at: Position, offset: number): Tree {
    const value: unknown = isScalar(node) ? node.value : null;
    const text = isScalar(node) ? (node.source ?? String(value ?? '')) : '';
    if (typeof value === 'number' && !/^-?(0|[1-9]\d{0,14})(\.\d+)?$/.test(text) && !isVariable(path))
      this.refuse(
        'GR1011',
        `${text} is read as the number ${value}.`,
        'Write the number plainly, or quote it to mean text.',
        offset,
        path,
      );
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      return { kind: 'scalar', at, value, text };
    return { kind: 'scalar', at, value: null, text };
  }

  #follow(anchor: string, path: Path, offset: number): Tree {
    const empty: Tree = { kind: 'scalar', at: this.at(offset), value: null, text: '' };
    const target = this.#anchors.get(anchor);
    if (!target || this.#aliasDepth >= 20 || this.#aliasedNodes > aliasedNodesLimit) {
      const message = target
        ? `The alias *${anchor} expands to more than ${aliasedNodesLimit.toLocaleString('en')} values.`
        : `The alias *${anchor} has no anchor before it.`;
      if (!this.failures.some((failure) => failure.code === 'GR1007'))
        this.refuse('GR1007', message, 'Write the repeated part out, or use "extends".', offset, path);
      return empty;
    }
    this.#aliasDepth += 1;
    const tree = this.read(target, path);
    this.#aliasDepth -= 1;
    return tree;
  }
}

interface PairLike {
  readonly key: Node | null;
  readonly value: Node | null;
}

/** Variables are text whatever they look like: `1e3` stays `1e3` there. */
const isVariable = (path: Path): boolean => path.includes('variables') || path.includes('values');

/** No key of a file may have one of these names. */
export const isReserved = (name: string): boolean => name === '__proto__' || name === 'prototype';

import { stripTypeScriptTypes } from 'node:module';

export interface Mutant {
  readonly file: string;
  readonly line: number;
  readonly change: string;
  readonly text: string;
}

interface Edit {
  readonly from: number;
  readonly to: number;
  readonly by: string;
}

/** Unions whose members are swapped, each for every other of them that the source names. */
const unions: readonly (readonly string[])[] = [
  ['live', 'refused', 'no-go', 'could-not-judge', 'rolled-back', 'cancelled', 'superseded'],
  ['go', 'conditional-go', 'no-go'],
  ['pass', 'warn', 'fail', 'error', 'skip'],
  ['done', 'failed', 'unknown'],
  ['begin', 'wait', 'end'],
  ['conditions', 'unknown'],
  ['retry', 'continue', 'go-back'],
  [
    'admit',
    'drift',
    'way-back',
    'migrate',
    'start',
    'prove',
    'preview',
    'checks',
    'decide',
    'switch',
    'verify',
    'bake',
    'drain',
    'stop',
  ],
  ['admit', 'drift', 'way-back', 'migrate', 'start', 'prove', 'checks', 'decide', 'switch', 'bake', 'drain', 'stop'],
  ['rehearse-back', 'rehearse-forth', 'switch', 'drain', 'stop'],
  ['switch-back', 'verify-back', 'drain-new', 'stop-new'],
];

/** Every mutant of a source text: one small change each, of what is left when types and comments are taken away. */
export function mutantsOf(file: string, source: string): readonly Mutant[] {
  const code = withoutComments(stripTypeScriptTypes(withoutImpossible(source)));
  const texts = new Map<string, Mutant>();
  for (const { from, to, by } of editsOf(code)) {
    const text = code.slice(0, from) + by + code.slice(to);
    if (text.replaceAll(/\s/g, '') === code.replaceAll(/\s/g, '') || !parses(text)) continue;
    const line = code.slice(0, from).split('\n').length;
    const was = code.slice(from, to).replaceAll(/\s+/g, ' ').trim();
    texts.set(text, { file, line, change: `${was} → ${by.replaceAll(/\s+/g, ' ').trim() || 'nothing'}`, text });
  }
  return [...texts.values()];
}

/** What the compiler has proven to be out of reach (`satisfies never`) cannot be told from a change of it. */
const withoutImpossible = (source: string): string =>
  source.replaceAll(/ +default:\n +return \w+ satisfies never;/g, (unreachable) =>
    unreachable.replaceAll(/[^\n]/g, ' '),
  );

/** Blanks in their place, so that lines keep their numbers. No string of the sources holds a comment's beginning. */
const withoutComments = (code: string): string =>
  code
    .replaceAll(/\/\*[\s\S]*?\*\//g, (comment) => comment.replaceAll(/[^\n]/g, ' '))
    .replaceAll(/(?<=^|\s)\/\/[^\n]*/g, (comment) => ' '.repeat(comment.length));

function parses(text: string): boolean {
  try {
    stripTypeScriptTypes(text);
    return true;
  } catch {
    return false;
  }
}

function editsOf(code: string): readonly Edit[] {
  return [
    ...replaced(code, / === /g, () => [' !== ']),
    ...replaced(code, / !== /g, () => [' === ']),
    ...replaced(code, / && /g, () => [' || ']),
    ...replaced(code, / \|\| /g, () => [' && ']),
    ...replaced(code, / \?\? /g, () => [' && ']),
    ...replaced(code, / < /g, () => [' >= ', ' <= ']),
    ...replaced(code, / > /g, () => [' <= ', ' >= ']),
    ...replaced(code, /!(?=[\w(])/g, () => ['']),
    ...replaced(code, / \+ (?=\d)/g, () => [' - ']),
    ...replaced(code, /\.(some|every)\(/g, ([, name]) => [name === 'some' ? '.every(' : '.some(']),
    ...replaced(code, /(?<![\w.'])\d[\d_.]*(?![\w'])/g, ([digits]) => neighbours(Number(digits.replaceAll('_', '')))),
    ...replaced(code, /(?<![\w'])(true|false)(?![\w'])/g, ([word]) => [word === 'true' ? 'false' : 'true']),
    ...replaced(code, /'([\w-]+)'/g, ([, word]) => others(word!).map((each) => `'${each}'`)),
    ...replaced(code, /\.\.\.(\w+|\{[^{}]*\}|\((?:[^()]|\([^()]*\))*\)),?/g, () => ['']),
    ...replaced(code, /(?<=\n)\s+\w+(: [^\n]+)?,(?=\n)/g, () => ['']),
    ...negated(code),
    ...thinned(code),
    ...returned(code),
  ];
}

const neighbours = (value: number): readonly string[] =>
  (value === 0 ? [1] : [value + 1, value - 1]).map((each) => String(each));

function others(word: string): readonly string[] {
  return unions
    .filter((union) => union.includes(word))
    .flatMap((union) => union.filter((each) => each !== word))
    .filter((each, index, all) => all.indexOf(each) === index);
}

function replaced(code: string, pattern: RegExp, by: (match: RegExpMatchArray) => readonly string[]): readonly Edit[] {
  return [...code.matchAll(pattern)].flatMap((match) =>
    by(match).map((text) => ({ from: match.index, to: match.index + match[0].length, by: text })),
  );
}

/** Conditions of `if`, of `… ? … : …`, and of what a filter keeps. */
function negated(code: string): readonly Edit[] {
  const ifs = [...code.matchAll(/\bif \(/g)].map(({ index }) => {
    const from = index + 4;
    const to = closing(code, index + 3);
    return { from, to, by: `!(${code.slice(from, to)})` };
  });
  const choices = [...code.matchAll(/(?<=return |=> |= |: |\()([^;?(){}]*(?:\([^()]*\))?[^;?(){}]*?)(?=\s+\? )/g)];
  return [
    ...ifs,
    ...choices.map((match) => {
      const condition = match[0].split('=> ').at(-1)!;
      const to = match.index + match[0].length;
      return { from: to - condition.length, to, by: `!(${condition})` };
    }),
    ...replaced(code, /(?<=filter\(\(\w+\) => )[^;\n]+?(?=\)[;,\n])/g, ([kept]) => [`!(${kept})`]),
  ];
}

/** Position of the bracket that closes the one at `open`. */
function closing(code: string, open: number): number {
  let depth = 0;
  for (let at = open; at < code.length; at += 1) {
    if ('([{'.includes(code[at]!)) depth += 1;
    if (')]}'.includes(code[at]!)) depth -= 1;
    if (depth === 0) return at;
  }
  return code.length;
}

/** Lists and sets without one of their members. */
function thinned(code: string): readonly Edit[] {
  return [...code.matchAll(/(?<![\w\])])\[/g)].flatMap(({ index }) => {
    const from = index + 1;
    const to = closing(code, index);
    const members = splitAt(code.slice(from, to));
    return members.map((_, left) => ({ from, to, by: members.filter((__, at) => at !== left).join(',') }));
  });
}

/** Members of a list, at its own commas only. */
function splitAt(list: string): readonly string[] {
  const members: string[] = [];
  let depth = 0;
  let begin = 0;
  for (let at = 0; at < list.length; at += 1) {
    if ('([{'.includes(list[at]!)) depth += 1;
    if (')]}'.includes(list[at]!)) depth -= 1;
    if (list[at] !== ',' || depth > 0) continue;
    members.push(list.slice(begin, at));
    begin = at + 1;
  }
  return [...members, list.slice(begin)].filter((member) => member.trim() !== '');
}

/** What a function returns, replaced by each of its other returns, and by the state it was given. */
function returned(code: string): readonly Edit[] {
  return [...code.matchAll(/function \w+\(([^)]*)\)[^{]*\{\n[\s\S]*?\n\}/g)].flatMap((match) => {
    const answers = [...match[0].matchAll(/\breturn ([\s\S]*?);(?=\n)/g)];
    const given = /\b(state|before)\b/.exec(match[1]!)?.[1];
    return answers.flatMap((answer, index) => {
      const from = match.index + answer.index + 'return '.length;
      const neighbour = answers[(index + 1) % answers.length]![1]!;
      return [neighbour, ...(given === undefined ? [] : [given])].map((by) => ({
        from,
        to: from + answer[1]!.length,
        by,
      }));
    });
  });
}

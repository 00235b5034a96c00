import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addLines } from './refresh-adding.ts';
import { understandRefresh } from './refresh.ts';

const rulesIn = (text: string): Readonly<Record<string, unknown>> => {
  const file = understandRefresh(text, 'refresh.yaml');
  if (!file.ok) throw new Error(file.failures.map(({ message }) => message).join('\n'));
  return file.value.rules.columns;
};
const added = (text: string, ...lines: string[]): string => {
  const result = addLines(text, lines);
  return result.ok ? result.value : result.failures.map(({ code }) => code).join();
};

test('new lines stand at the end of columns, and everything else stays to the byte', () => {
  const text = `# ours
columns:
    # people
    public.a.x: email   # asked Anna
    public.a.y: {  mask: band,percent: 20 } # odd  spaces

    # the end of columns
types: { bool: keep } # last`;
  expect(added(text, 'public.b.z: token # new', '#? public.b.w: text # likely')).toBe(`# ours
columns:
    # people
    public.a.x: email   # asked Anna
    public.a.y: {  mask: band,percent: 20 } # odd  spaces
    public.b.z: token # new
    #? public.b.w: text # likely

    # the end of columns
types: { bool: keep } # last`);
});

test.each([
  ['without columns', 'types: { bool: keep }', 'types: { bool: keep }\n\ncolumns:\n  a.b.c: email\n'],
  [
    'with none yet',
    'columns: {} # none\ntypes: { bool: keep }\n',
    'columns:  # none\n  a.b.c: email\ntypes: { bool: keep }\n',
  ],
  ['without an end of line', 'columns:\n  a.b.x: email', 'columns:\n  a.b.x: email\n  a.b.c: email\n'],
  [
    'of Windows',
    'columns:\r\n  a.b.x: email\r\ntypes: { bool: keep }\r\n',
    'columns:\r\n  a.b.x: email\r\n  a.b.c: email\r\ntypes: { bool: keep }\r\n',
  ],
  [
    'with a rule of several lines',
    'columns:\n  a.b.x:\n    json:\n      "k": email\n    rest: text\n# end\n',
    'columns:\n  a.b.x:\n    json:\n      "k": email\n    rest: text\n  a.b.c: email\n# end\n',
  ],
  ['in braces', 'columns: { a.b.x: email }\n', 'GR5074'],
  ['that is broken', 'columns: [\n', 'GR1008'],
])('a file %s', (_, text, expected) => {
  const result = added(text, 'a.b.c: email');
  if (expected.startsWith('GR1')) expect(result).toMatch(/^GR1/);
  else expect(result).toBe(expected);
});

test('only comments to add', () => {
  expect(added('types: { bool: keep }\n', '#? a.b.c: text # likely')).toBe(
    'types: { bool: keep }\n\ncolumns: {}\n  #? a.b.c: text # likely\n',
  );
  expect(added('columns: {}\n', '#? a.b.c: text # likely')).toBe('columns: {}\n  #? a.b.c: text # likely\n');
});

test('whatever stands in the file, its rules stay, the new ones are there, and its lines are kept', () => {
  const comment = fc.constantFrom('', ' # why', '   #  two  spaces');
  const rule = fc.constantFrom('email', '{ keep: true, because: "so: # it is" }', '{ constant: "a\\nb" }', '"token"');
  const line = fc
    .tuple(fc.nat(50), rule, comment)
    .map(([n, each, why]) => [`public.t.c${n}`, `  public.t.c${n}: ${each}${why}`] as const);
  const head = fc.constantFrom('', '# head\n\n', 'source: { url: "${U}" }\n');
  const tail = fc.constantFrom('', '\n\n# tail\n', '\ntypes:\n  bool: keep\n', '\n   # deeper\n');
  fc.assert(
    fc.property(
      head,
      fc.uniqueArray(line, { minLength: 1, maxLength: 6, selector: ([name]) => name }),
      tail,
      (before, lines, after) => {
        const text = `${before}columns:\n${lines.map(([, each]) => each).join('\n')}${after}`;
        const result = added(text, 'new.t.c: digits');
        expect(rulesIn(result)).toEqual({ ...rulesIn(text), 'new.t.c': expect.objectContaining({ masker: 'digits' }) });
        expect(result.split('\n').filter((each) => each !== '  new.t.c: digits' && each !== '')).toEqual(
          text.split('\n').filter((each) => each !== ''),
        );
      },
    ),
    { numRuns: 30 },
  );
});

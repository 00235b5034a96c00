import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { openOutput } from './output.ts';

let printed = { out: '', err: '' };
beforeEach(() => {
  printed = { out: '', err: '' };
  vi.spyOn(process.stdout, 'write').mockImplementation((text) => ((printed.out += String(text)), true));
  vi.spyOn(process.stderr, 'write').mockImplementation((text) => ((printed.err += String(text)), true));
});
afterEach(() => vi.restoreAllMocks());

const failures = [
  { code: 'GR1103', message: 'There is no check of kind "htpp".', where: 'greenroom.yaml:4:11', do: 'Use "http".' },
  { code: 'GR1101', message: 'There is no name.' },
];

test('failures for people: code, what happened, where, what to do, on standard error', () => {
  openOutput(false, {}).failures(failures);
  expect(printed.out).toBe('');
  expect(printed.err).toBe(
    [
      'GR1103  There is no check of kind "htpp".',
      '  where  greenroom.yaml:4:11',
      '  do     Use "http".',
      'GR1101  There is no name.',
      '',
    ].join('\n'),
  );
});

test('failures for programs: one document on standard output, with the same fields and nothing beside it', () => {
  const out = openOutput(true, { FORCE_COLOR: '1' });
  out.line('a line');
  out.note('a note');
  out.failures(failures);
  expect(JSON.parse(printed.out)).toEqual({ ok: false, failures });
  expect(printed.err).toBe('');
});

test('F126 what others wrote steers no terminal, in a failure either; a log keeps its lines', () => {
  const hostile = 'last lines:\n\u001b]0;owned\u0007\u001b[2Jgone\u001b]52;c;cm0=\u0007\r\nnext\u202e';
  openOutput(false, {}).failures([{ code: 'GR9001', message: hostile, where: hostile, do: hostile }]);
  // oxlint-disable-next-line no-control-regex -- control codes are what this looks for
  expect(printed.err).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f\u202e]/);
  expect(printed.err).toContain('last lines:\ngone\nnext⟨U+202E⟩');
});

test.each([
  [{ FORCE_COLOR: '1' }, true],
  [{ FORCE_COLOR: '0' }, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, false],
  [{ FORCE_COLOR: '1', TERM: 'dumb' }, false],
  [{}, false],
])('colour with %j: %s', (variables, isColoured) => {
  const drawn = (isJson: boolean) => {
    const out = openOutput(isJson, variables);
    return out.drawn(`${out.style('red', 'x')} ${out.style('bold', 'y')}`);
  };
  expect(drawn(false)).toBe(isColoured ? '\u001b[31mx\u001b[39m \u001b[1my\u001b[22m' : 'x y');
  expect(drawn(true)).toBe('x y');
});

test.each([{}, { FORCE_COLOR: '1' }])(
  'F126 a line stays one line in the colours that were asked for, with %j',
  (variables) => {
    const hostile = 'Eve\nstaging/99 9.9.9 live\u001b[31m\u001b[2J\r\u2028\u202e\u009b1m';
    const out = openOutput(false, variables);
    out.line(`  ${out.style('yellow', hostile)}  ${hostile}`);
    out.note(hostile);
    // oxlint-disable-next-line no-control-regex -- colours of our own
    const own = [printed.out, printed.err].map((text) => text.replaceAll(/\u001b\[(33|39|2|22)m/g, ''));
    expect(own[0]).toMatch(/^ {2}Eve staging\/99 9\.9\.9 live ⟨U\+2028⟩⟨U\+202E⟩ {2}Eve .*\n$/);
    expect(own[1]).toMatch(/^Eve staging.*\n$/);
    // oxlint-disable-next-line no-control-regex -- control codes are what this looks for
    for (const text of own) expect(text.slice(0, -1)).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u2028-\u202e]/);
  },
);

test('what a report has drawn keeps its lines and colours', () => {
  openOutput(false, {}).block('a\n\u001b[1mb\u001b[0m');
  expect(printed.out).toBe('a\n\u001b[1mb\u001b[0m\n');
});

test('notes are for people beside the result; groups are for GitHub Actions', () => {
  const out = openOutput(false, { GITHUB_ACTIONS: 'true' });
  out.note('starting');
  out.line();
  expect([printed.out, printed.err, out.isActions, out.isLive]).toEqual(['\n', 'starting\n', true, false]);
  expect(openOutput(true, { GITHUB_ACTIONS: 'true' }).isActions).toBe(false);
});

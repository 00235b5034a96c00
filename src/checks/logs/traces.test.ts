import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { rank } from './level.ts';
import { createReader } from './traces.ts';

/** What counts at `level: error`. */
function errorsOf(text: string): readonly string[] {
  const reader = createReader();
  const said = [...text.split('\n').flatMap((line) => reader.read(line)), ...reader.end()];
  return said.filter((one) => rank(one.level) >= rank('error')).map((one) => one.text);
}

const node = 'Error: boom\n    at foo (/app/server.js:3:9)\n    at Module._compile (node:internal/modules:1:2)';
const java =
  'Exception in thread "main" java.lang.IllegalStateException: boom\n\tat app.Main.main(Main.java:3)\nCaused by: java.io.IOException: gone\n\tat app.Main.read(Main.java:9)\n\t... 1 more';
const traceback =
  'Traceback (most recent call last):\n  File "app.py", line 3, in <module>\n    raise ValueError("x")\nValueError: boom';

describe('what began outside of every logger counts once', () => {
  it.each([
    ['Node', `/app/server.js:3\n  throw new Error()\n  ^\n\n${node}\n\nNode.js v24.1.0`, 'Error: boom'],
    ['a type error', 'TypeError: x is undefined', 'TypeError: x is undefined'],
    ['an error with a code', 'Error [ERR_HTTP]: boom\n    at foo (a.js:1:2)', 'Error [ERR_HTTP]: boom'],
    [
      'a cause',
      'TypeError: fetch failed\n    at foo (a.js:1:2) {\n  [cause]: Error: gone\n      at bar (a.js:2:2)\n}',
      'TypeError: fetch failed',
    ],
    ['a rejection', '[UnhandledPromiseRejection: This error originated either by …] {', null],
    ['a rejection of old', '(node:7) UnhandledPromiseRejectionWarning: Error: boom\n    at foo (a.js:1:2)', null],
    [
      'an error whose name says nothing',
      'Boom: it went\n    at foo (a.js:1:2)\n    at bar (a.js:2:2)',
      'Boom: it went',
    ],
    ['a trace without its beginning', '    at foo (a.js:1:2)\n    at bar (a.js:2:2)', '    at foo (a.js:1:2)'],
    ['Python, by its last line', `${traceback}\nINFO on we go`, 'ValueError: boom'],
    ['Python, cut off', traceback.split('\n').slice(0, 3).join('\n'), 'Traceback (most recent call last):'],
    [
      'Python, and a line of another',
      'Traceback (most recent call last):\n  File "a.py"\nINFO: x',
      'Traceback (most recent call last):',
    ],
    ['Java', java, 'Exception in thread "main" java.lang.IllegalStateException: boom'],
    ['Java without a thread', 'java.io.IOException: gone\n\tat a.B.c(B.java:1)', 'java.io.IOException: gone'],
    [
      'Go',
      'panic: runtime error\n\ngoroutine 1 [running]:\nmain.main()\n\t/app/main.go:3 +0x1',
      'panic: runtime error',
    ],
    ['a server of Go', '2026/03/12 12:00:00 http: panic serving 127.0.0.1:1: boom\ngoroutine 5 [running]:', null],
    ['Rust', "thread 'main' panicked at src/main.rs:2:5:\nboom", "thread 'main' panicked at src/main.rs:2:5:"],
    ['.NET', 'Unhandled exception. System.Exception: boom\n   at App.Main()', null],
    ['Ruby', "app.rb:3:in 'foo': boom (RuntimeError)", null],
    ['PHP', 'PHP Fatal error:  Uncaught Exception: boom in /app/a.php:3', null],
    ['colours', '\u001b[31merror\u001b[39m: no route', 'error: no route'],
    ['a coloured trace', '\u001b[31mTypeError: x\u001b[39m\n\u001b[90m    at foo (a.js:1:2)\u001b[39m', 'TypeError: x'],
    ['behind the name of a process', 'web.1 | TypeError: x is undefined', null],
    ['behind a time', '2026-03-12 12:00:00.1 TypeError: x is undefined', null],
    ['after a line with a level', `INFO started\n${traceback}`, 'ValueError: boom'],
  ])('%s', (_, text, named) => {
    const found = errorsOf(text);
    expect(found).toHaveLength(1);
    if (named !== null) expect(found[0]).toBe(named);
  });

  it('two traces are two', () => {
    expect(errorsOf(`${node}\n${node}`)).toHaveLength(2);
    expect(errorsOf(`${traceback}\n\nDuring handling of the above exception:\n\n${traceback}`)).toHaveLength(2);
    expect(errorsOf(`${java}\n${java}`)).toHaveLength(2);
  });
});

it.each([
  ['a line of another level that speaks of errors', 'INFO 0 errors, TypeError: x was handled'],
  ['a warning with its stack', 'WARN slow answer\n    at foo (a.js:1:2)\n    at bar (a.js:2:2)'],
  ['a warning of Node', '(node:7) DeprecationWarning: old\n    at foo (a.js:1:2)'],
  ['what console.trace writes', 'Trace: here\n    at foo (a.js:1:2)'],
  ['JSON with a stack', '{"level":"info","stack":"Error: boom\\\\n    at foo"}'],
  ['words of a text', 'look at the error page\nno panic: all is well\nGET /error 200\nErrors: 0\nerror rate 0.1'],
])('%s is no error', (_, text) => {
  expect(errorsOf(text)).toEqual([]);
});

it('a trace among any lines is found, whatever stands before and behind it', () => {
  const quiet = fc.constantFrom(
    'INFO started',
    'listening',
    '',
    '{"level":30}',
    'GET / 200',
    'WARN slow',
    '  indented',
  );
  const trace = fc.constantFrom(
    node,
    java,
    traceback,
    'panic: x\n\ngoroutine 1 [running]:',
    'Boom: x\n    at foo (a:1)',
  );
  fc.assert(
    fc.property(fc.array(quiet, { maxLength: 6 }), trace, fc.array(quiet, { maxLength: 6 }), (above, one, below) => {
      expect(errorsOf([...above, one, ...below].join('\n'))).toHaveLength(1);
    }),
  );
});

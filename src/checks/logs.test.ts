import { appendFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CheckContext, Judgement } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { logs } from './logs.ts';
import { levelOf } from './logs/level.ts';
import { deadService, SECRET, temporaryFolder, testContext } from './testing/world.ts';

function writing(text: string, before = ''): CheckContext {
  const file = path.join(temporaryFolder(), 'backend.log');
  writeFileSync(file, before);
  appendFileSync(file, text);
  return testContext({ services: [{ ...deadService, log: { path: file, from: Buffer.byteLength(before) } }] });
}
const judged = (config: object, context: CheckContext): Promise<Judgement> => ask(logs, { config, context });

checkContract(logs, {
  testUrl: import.meta.url,
  good: () => ({ config: { level: 'error' }, context: writing('INFO started\n') }),
  dead: () => ({ config: { level: 'error' }, context: testContext() }),
});

describe('logs', () => {
  test('a line that must not be there fails, with the line; what stood there before does not count', async () => {
    const context = writing('INFO started\nERROR no route to database\n', 'ERROR of an earlier deployment\n');
    const judgement = await judged({ level: 'error' }, context);
    expect(judgement).toMatchObject({
      outcome: 'fail',
      reason: 'Output of the services: backend wrote 1 such line of 2, expected none.',
      cause: 'The service says it itself: ERROR no route to database',
    });
    expect(await judged({ level: 'fatal' }, context)).toMatchObject({ outcome: 'pass' });
    expect(await judged({ 'no-line-matching': 'no route' }, context)).toMatchObject({ outcome: 'fail' });
    expect(await judged({ level: 'error', 'no-line-matching': 'timeout' }, context)).toMatchObject({ outcome: 'pass' });
    expect(await judged({ level: 'error', except: 'no route' }, context)).toMatchObject({ outcome: 'pass' });
    expect(await judged({ level: 'error', 'at-most': 1 }, context)).toMatchObject({ outcome: 'pass' });
  });

  test('F126 keeps five samples, without secrets and control characters', async () => {
    const line = `ERROR \u001b]0;title\u0007 token ${SECRET}\n`;
    const judgement = await judged({ level: 'error' }, writing(line.repeat(100)));
    const samples = judgement.findings.filter((finding) => finding.threshold === null);
    expect(samples).toHaveLength(5);
    expect(samples[0]?.value).toBe('ERROR token ***');
  });

  test('silence and a missing log cannot be judged, unless they are allowed', async () => {
    const missing = testContext({ services: [{ ...deadService, log: { path: '/nowhere/at/all', from: 0 } }] });
    for (const context of [writing(''), writing('', 'before\n'), missing, testContext({ services: [deadService] })]) {
      expect(await judged({ level: 'error' }, context)).toMatchObject({ outcome: 'error' });
      expect(await judged({ level: 'error', 'may-be-silent': true }, context)).toMatchObject({ outcome: 'pass' });
    }
    expect(await judged({ level: 'error', services: ['frontend'] }, writing('INFO x\n'))).toMatchObject({
      outcome: 'error',
    });
  });

  test('F015 a line longer than what is read cannot be judged: what must not be there may stand at its end', async () => {
    const long = writing(`INFO started\n{"msg":"${'x'.repeat(70_000)}","level":"error"}\n`);
    const judgement = await judged({ level: 'error' }, long);
    expect(judgement).toMatchObject({ outcome: 'error' });
    expect(judgement.reason).toContain('1 line not read to the end');
    const failed = await judged({ level: 'error' }, writing(`ERROR at once\n${'x'.repeat(70_000)}\n`));
    expect(failed).toMatchObject({ outcome: 'fail' });
    expect(await judged({ level: 'error' }, writing(`${'x'.repeat(65_536)}\n`))).toMatchObject({ outcome: 'pass' });
  });

  test('F124 200,000 lines and a pattern made to hang take seconds', async () => {
    const startedAt = performance.now();
    const context = writing('INFO aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\n'.repeat(200_000));
    expect(await judged({ 'no-line-matching': '(a*)*b' }, context)).toMatchObject({ outcome: 'pass' });
    expect(performance.now() - startedAt).toBeLessThan(10_000);
  });

  test('a trace counts once, by the line that names it; what is known does not', async () => {
    const lines =
      'INFO started\nTypeError: x is undefined\n    at foo (a.js:1:2)\n\u001b[31merror\u001b[39m: no route\n';
    expect(await judged({ level: 'error' }, writing(lines))).toMatchObject({
      outcome: 'fail',
      reason: 'Output of the services: backend wrote 2 such lines of 4, expected none.',
      cause: 'The service says it itself: TypeError: x is undefined',
    });
    const known = { level: 'error', except: '^TypeError: x|^error: no route' };
    expect(await judged(known, writing(lines))).toMatchObject({ outcome: 'pass' });
    const python = writing('Traceback (most recent call last):\n  File "a.py"\n');
    expect(await judged({ level: 'error' }, python)).toMatchObject({ outcome: 'fail' });
    expect(await judged({ 'no-line-matching': 'error: no' }, writing(lines))).toMatchObject({ outcome: 'fail' });
  });

  test('a check without anything to look for is refused', () => {
    expect(logs.schema.safeParse({}).success).toBe(false);
  });
});

test.each([
  ['{"level":50,"msg":"x"}', 'error'],
  ['{"level":30,"msg":"ERROR in the text"}', 'info'],
  ['{"severity":"WARNING"}', 'warn'],
  ['time=x level=error msg="y"', 'error'],
  ['2026-11-20T10:00:00Z [error] 12#12: y', 'error'],
  ['2026-11-20 10:00:00,123 CRITICAL app: y', 'fatal'],
  ['ERROR: relation "x" does not exist', 'error'],
  ['10:00 INFO the word ERROR in a message', 'info'],
  ['GET /error 200', null],
  ['{"level":50 cut', null],
  ['{"log.level":"error","message":"x"}', 'error'],
  ['E0312 12:00:00.123456       1 main.go:10] no route', 'error'],
  ['F20260312 12:00:00.123456 1 main.go:10] gone', 'fatal'],
  ['I0312 12:00:00.1 1 main.go:10] ERROR in the text', 'info'],
  ['error: no route', 'error'],
  ['2026-03-12T12:00:00.000Z\terror\tapp/main.go:10\tno route', 'error'],
  ['2026-03-12 12:00:00 info: error: in the text', 'info'],
  ['fail: Microsoft.AspNetCore.Server[13]', 'error'],
  ['10:00:00 [main] ERROR com.shop.App - no route', 'error'],
  ['10:00:00 [main] INFO com.shop.App - [error] in the text', 'info'],
  ['[2026-03-12 12:00:00] production.ERROR: no route', 'error'],
  ['[Thu Mar 12 12:00:00.1 2026] [core:error] [pid 1] x', 'error'],
  ['5 error messages were sent', null],
  ['no error was found', null],
  ['Errors: 0', null],
  ['started', null],
])('the level of %s is %s', (line, level) => {
  expect(levelOf(line)).toBe(level);
});

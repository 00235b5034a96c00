import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { CheckContext, Judgement } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { testContext } from './testing/world.ts';
import { variables } from './variables.ts';

function context(file: string | null, values: Record<string, string>, over: Partial<CheckContext> = {}): CheckContext {
  const made = testContext({
    variables: values,
    declaredVariables: values,
    variableSchema: 'env.schema.yaml',
    ...over,
  });
  if (file !== null) writeFileSync(path.join(made.directory, 'env.schema.yaml'), file);
  return made;
}
const judged = (file: string, values: Record<string, string>, config: object = {}): Promise<Judgement> =>
  ask(variables, { config, context: context(file, values) });
const one = (declared: string): string => `variables:\n  NAME: ${declared}\n`;

checkContract(variables, {
  testUrl: import.meta.url,
  good: () => ({ config: {}, context: context(one('{ type: port }'), { NAME: '4001' }) }),
  dead: () => ({ config: {}, context: context(null, {}) }),
});

describe('variables', () => {
  test.each([
    ['{ type: integer, min: 2, max: 16 }', ['2', '+3', '16'], ['1', '17', '2.5', '0x10', '9'.repeat(30), 'two']],
    ['{ type: number }', ['1.5', '-2', '1e3'], ['1,5', 'NaN', '']],
    ['{ type: boolean }', ['true', 'OFF', '1'], ['2', 'ja']],
    ['{ type: url }', ['https://x.example', 'postgres://a:b@c/d'], ['x.example', 'http://', '/path']],
    ['{ type: port }', ['1', '65535'], ['0', '65536', 'http']],
    ['{ type: duration }', ['30s', '1m30s'], ['30', 'soon']],
    ['{ type: enum, values: [a, b] }', ['a'], ['c']],
    ['{ pattern: "^[a-z]+$", min: 2, max: 4 }', ['ab', 'abcd'], ['a', 'abcde', 'AB']],
    ['{ secret: true }', ['8f0e7d'], ['changeme', 'your-token-here', '<token>', 'xxxx']],
    ['{ required: false, type: port }', ['', '80'], ['x']],
  ])('%s', async (declared, good, bad) => {
    for (const value of good) expect((await judged(one(declared), { NAME: value })).outcome, value).toBe('pass');
    for (const value of bad) expect((await judged(one(declared), { NAME: value })).outcome, value).toBe('fail');
  });

  test('F083 names what is missing or wrong, and never shows a value', async () => {
    const file =
      'variables: { PORT: { type: port }, API_KEY: { secret: true }, LEVEL: { type: enum, values: [info] } }';
    const context1 = context(file, { PORT: 'port-value-9', LEVEL: 'level-value-9' });
    const gathered = await variables.gather(variables.schema.parse({}), context1, new AbortController().signal);
    const judgement = await ask(variables, { config: {}, context: context1 });
    expect(judgement).toMatchObject({
      outcome: 'fail',
      reason:
        '3 variables of staging not in order: PORT is not a port; API_KEY is missing; LEVEL is not one of the values allowed.',
      cause: expect.stringContaining('Environment variables'),
    });
    expect(JSON.stringify([gathered, judgement])).not.toContain('value-9');
  });

  test('only what this environment needs counts', async () => {
    const file = 'variables: { A: {}, B: { in: [production] } }';
    expect(await judged(file, { A: 'x' })).toMatchObject({ outcome: 'pass' });
    const production = context(file, { A: 'x' }, { environment: 'production' });
    expect(await ask(variables, { config: {}, context: production })).toMatchObject({ outcome: 'fail' });
  });

  test('a variable that is set and not declared is ignored, a warning or a fail', async () => {
    const values = { NAME: 'x', EXTRA: 'y' };
    for (const [undeclared, outcome] of [
      ['ignore', 'pass'],
      ['warn', 'warn'],
      ['fail', 'fail'],
    ] as const) {
      expect(await judged(one('{}'), values, { undeclared })).toMatchObject({ outcome });
    }
  });

  test('F123 names of the prototype are not set', async () => {
    expect(await judged('variables: { constructor: {} }', {})).toMatchObject({ outcome: 'fail' });
  });

  test('F121 F188 a schema file with mistakes cannot be judged, and says what is wrong', async () => {
    for (const [file, words] of [
      [one('{ typ: port }'), 'Unrecognized key: "typ"'],
      [one('{ type: enum }'), 'an enum needs values'],
      [one('{ pattern: "(" }'), 'not a regular expression'],
      ['variables: {}', 'declares no variable for staging'],
      ['a: [', 'declares no variables'],
      ['variables: { A: {}, A: {} }', 'unique'],
      [
        `a: &a [x]\n${Array.from({ length: 9 }, (_, i) => `${'bcdefghij'[i]}: &${'bcdefghij'[i]} [${`*${'abcdefghi'[i]},`.repeat(9)}]`).join('\n')}`,
        'alias',
      ],
    ] as const) {
      const judgement = await judged(file, { NAME: 'x' });
      expect(judgement.outcome, file).toBe('error');
      expect(judgement.reason).toContain(words);
    }
  });
});

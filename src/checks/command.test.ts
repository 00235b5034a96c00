import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Judgement } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { command } from './command.ts';
import { SECRET, testContext } from './testing/world.ts';

const node = (code: string): string[] => [process.execPath, '-e', code];

checkContract(command, {
  testUrl: import.meta.url,
  good: () => ({ config: { run: node('console.log("ready")'), 'output-matches': 'ready' }, context: testContext() }),
  dead: () => ({ config: { run: 'no-such-program --now' }, context: testContext() }),
  slow: () => ({ config: { run: 'sleep 30' }, context: testContext() }),
});

const judged = (config: object): Promise<Judgement> =>
  ask(command, { config, context: testContext({ variables: { COLOUR: 'green' } }) });

describe('command', () => {
  test.each([
    [{ run: node('process.exit(3)') }, 'fail'],
    [{ run: node('process.exit(3)'), exit: [0, 3] }, 'pass'],
    [{ run: node('process.kill(process.pid, "SIGKILL")') }, 'fail'],
    [{ run: node('console.log("a")'), 'output-matches': 'b' }, 'fail'],
    [{ run: node('console.log("a")'), 'output-lacks': 'a' }, 'fail'],
    [{ run: node('console.log("x".repeat(200000))'), 'output-lacks': 'a' }, 'error'],
    [{ run: node('setInterval(() => {}, 1000)'), within: '200ms' }, 'fail'],
  ])('%j → %s', async (config, outcome) => {
    expect(await judged(config)).toMatchObject({ outcome });
  });

  test('the reason has value and bound, the cause its last line, without secrets', async () => {
    const judgement = await judged({ run: node(`console.log("no table items\\ntoken ${SECRET}"); process.exit(2)`) });
    expect(judgement.reason).toBe('The command failed: exit code was 2, expected 0.');
    expect(judgement.cause).toBe('Its last line was: token ***');
  });

  test('F015 a command that runs out of memory dies alone', async () => {
    const hungry = [process.execPath, '--max-old-space-size=32', '-e', 'const all = []; for (;;) all.push({ all })'];
    const judgement = await judged({ run: hungry });
    expect(judgement).toMatchObject({ outcome: 'fail' });
    expect(judgement.findings[0]).toMatchObject({ name: 'exit code', outcome: 'fail' });
    expect(await judged({ run: node('console.log(1)') })).toMatchObject({ outcome: 'pass' });
  });

  test('it gets the variables of the services and where it runs', async () => {
    const code =
      'const e = process.env; console.log([e.COLOUR, e.MORE, e.GREENROOM_ENVIRONMENT, e.GREENROOM_RELEASE].join())';
    const config = {
      run: node(code),
      variables: { MORE: 'yes' },
      'output-matches': '^green,yes,staging,rel_0123456789ab',
    };
    expect(await judged(config)).toMatchObject({ outcome: 'pass' });
  });

  test('a folder of the release can be named, none outside of it', async () => {
    const context = testContext();
    mkdirSync(path.join(context.directory, 'backend'));
    const config = { run: node('console.log(process.cwd())'), directory: 'backend', 'output-matches': '/backend\\n$' };
    expect(await ask(command, { config, context })).toMatchObject({ outcome: 'pass' });
    for (const directory of ['../x', '/etc', 'a/../../b', '~root']) {
      expect(command.schema.safeParse({ run: 'x', directory }).success, directory).toBe(false);
    }
    expect(command.schema.safeParse({ run: "echo 'open" }).success).toBe(false);
    expect(command.schema.safeParse({ run: '' }).success).toBe(false);
  });
});

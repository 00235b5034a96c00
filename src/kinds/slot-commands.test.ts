import { describe, expect, test } from 'vitest';
import { FailureError } from '../domain/failure.ts';
import type { SlotService } from './driver.ts';
import { commandsOf, expectTree, runCommand, type Change } from './slot-commands.ts';

const service = (name: string): SlotService => ({ name, argv: [], variables: {}, stopGraceMs: 1 });
const slot = { services: [service('web'), service('api')] };
const words = { prepare: () => 'ready', start: each, stop: each };
function each({ name }: SlotService): string {
  return `do ${name}`;
}

const failureOf = (work: Promise<void>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof FailureError ? error.failures[0]?.code : error),
  );

describe('commands of a slot', () => {
  test.each(['prepare', 'start', 'stop'] as const)(
    '%s: each of them reaches its act, once, in order',
    async (change) => {
      const done: string[] = [];
      const note = (kind: Change) => async (_: unknown, one: SlotService) => void done.push(`${kind} ${one.name}`);
      const acts = { prepare: async () => void done.push('prepare all'), start: note('start'), stop: note('stop') };
      for (const command of commandsOf(change, slot, words))
        await runCommand(command, { slot }, acts, new AbortController().signal);
      expect(done).toEqual(change === 'prepare' ? ['prepare all'] : [`${change} web`, `${change} api`]);
    },
  );

  test('one of another plan is refused, and nothing is begun once it was told to end', async () => {
    const never = async (): Promise<void> => expect.unreachable();
    const acts = { prepare: never, start: never, stop: never };
    const run = (kind: string, name: string | null, signal = new AbortController().signal) =>
      failureOf(runCommand({ kind, text: '', service: name }, { slot }, acts, signal));
    expect(await run('start', 'gone')).toBe('GR6404');
    expect(await run('restart', 'web')).toBe('GR6404');
    expect(await run('start', null)).toBe('GR6404');
    expect(await run('start', 'web', AbortSignal.abort('over'))).toBe('over');
  });
});

test('a tree that is not as it was made is said in its own words', async () => {
  const at = { artifactDirectory: '/store/x', release: { id: 'r', revision: 'r', version: '1', artifact: 'x' } };
  const failure = { code: 'GR9999', message: 'it is another', do: 'Nothing.' };
  const verifyTree = async () => ({ ok: false, failures: [failure] }) as const;
  expect(await failureOf(expectTree({ verifyTree }, at))).toBe('GR9999');
  expect(await failureOf(expectTree({ verifyTree: async () => ({ ok: true, value: null }) }, at))).toBeNull();
});

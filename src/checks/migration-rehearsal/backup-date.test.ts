import { expect, test } from 'vitest';
import type { CheckContext } from '../../kinds/check.ts';
import { testContext } from '../testing/world.ts';
import { takenAt } from './backup-date.ts';

const created = Date.parse('2026-11-01T02:00:00Z');
const list = ';\n; Archive created at 2026-11-01 02:00:00\n';

/** A backup that begins so, and what pg_restore answers of it. */
function world(head: string, answer: { readonly exitCode: number; readonly output: string }): CheckContext {
  const base = testContext({});
  const run = async () => ({ status: 'exited', signalName: null, ...answer });
  const read = async () => ({ text: head, modifiedAt: 0 });
  const effects = {
    ...base.effects,
    files: { ...base.effects.files, read },
    process: { ...base.effects.process, run },
  };
  return { ...base, effects: effects as unknown as CheckContext['effects'] };
}
const ask = (head: string, modifiedAt: number, answer = { exitCode: 0, output: list }) =>
  takenAt(world(head, answer), '/b/shop.dump', modifiedAt, new AbortController().signal);

test('a file that was touched is as old as its archive, and an archive is no newer than its file', async () => {
  expect(await ask('PGDMP\u0001', created + 9e8)).toEqual({ at: created, byFileAlone: false });
  expect(await ask('toc.dat\0', created + 9e8)).toEqual({ at: created, byFileAlone: false });
  expect(await ask('PGDMP\u0001', created - 5)).toEqual({ at: created - 5, byFileAlone: false });
});

test('of plain SQL, and of what pg_restore does not read, only the date of the file is known', async () => {
  expect(await ask('-- PostgreSQL database dump', 7)).toEqual({ at: 7, byFileAlone: true });
  expect(await ask('PGDMP\u0001', 7, { exitCode: 1, output: '' })).toEqual({ at: 7, byFileAlone: true });
});

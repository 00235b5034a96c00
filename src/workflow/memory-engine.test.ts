import { expect, test } from 'vitest';
import { openMemoryEngine } from './memory-engine.ts';
import { engineContract } from './testing/engine-contract.ts';

engineContract('memory', async () => openMemoryEngine());

test('nothing begins before it is opened; what was started begins then, in its order', async () => {
  const engine = openMemoryEngine();
  const seen: string[] = [];
  engine.define('note', async (flow) => void seen.push(flow.id));
  await engine.start('note', 'b', {}, { lock: 'lock', number: 2 });
  await engine.start('note', 'a', {}, { lock: 'lock', number: 1 });
  expect([seen, (await engine.find('a'))?.status]).toEqual([[], 'open']);
  await engine.open();
  await expect.poll(() => seen).toEqual(['a', 'b']);
});

test('a flow that breaks is handed to whoever asks for it', async () => {
  const broken: unknown[] = [];
  const engine = openMemoryEngine((error) => broken.push(error));
  engine.define('break', () => Promise.reject(new Error('broken')));
  await engine.open();
  await engine.start('break', 'a', {}, { lock: 'lock', number: 1 });
  await expect.poll(() => broken).toEqual([new Error('broken')]);
});

test('a closed engine claims nothing more and cuts off what runs', async () => {
  const engine = openMemoryEngine();
  const seen: string[] = [];
  engine.define('wait', async (flow) => {
    seen.push(`${flow.id} begins`);
    await flow.inbox(60_000);
    seen.push(`${flow.id} goes on`);
  });
  await engine.open();
  await engine.start('wait', 'a', {}, { lock: 'lock', number: 1 });
  await engine.start('wait', 'b', {}, { lock: 'lock', number: 2 });
  await expect.poll(() => seen).toEqual(['a begins']);
  await engine.close();
  await engine.tell('a', 'word', '1');
  await new Promise((resolve) => setTimeout(resolve, 20));
  const stands = await Promise.all(['a', 'b'].map(async (id) => (await engine.find(id))?.status));
  expect([seen, stands]).toEqual([['a begins'], ['ended', 'open']]);
});

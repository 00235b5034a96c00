import path from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { testDatabase } from '../../store/testing/database.ts';
import { checkNamed, openTestWorld, scripted, type TestWorld } from '../testing/world.ts';
import { inOrder } from './checks.ts';

const names = (specs: ReturnType<typeof inOrder>) => specs.map((spec) => spec.name);

test('the order of the file stays where nothing waits, and what is waited for comes first', () => {
  expect(names(inOrder([checkNamed('c'), checkNamed('a'), checkNamed('b')]))).toEqual(['c', 'a', 'b']);
  const chain = [
    checkNamed('c', { after: ['b'] }),
    checkNamed('d'),
    checkNamed('b', { after: ['a'] }),
    checkNamed('a'),
  ];
  expect(names(inOrder(chain))).toEqual(['a', 'b', 'c', 'd']);
  expect(names(inOrder([checkNamed('a', { after: ['runs elsewhere'] })]))).toEqual(['a']);
});

/** Any graph without circles: a check waits only for some with a lower number; then shuffled. */
const graph = fc
  .array(fc.array(fc.nat(9), { maxLength: 4 }), { maxLength: 10 })
  .map((waits) =>
    waits.map((after, index) => ({ name: `c${index}`, after: after.filter((n) => n < index).map((n) => `c${n}`) })),
  )
  .chain((specs) => fc.shuffledSubarray(specs, { minLength: specs.length }));

test('everybody comes once, after everything they wait for, and the same way every time', () => {
  fc.assert(
    fc.property(graph, (specs) => {
      const checks = specs.map(({ name, after }) => checkNamed(name, { after }));
      const ordered = names(inOrder(checks));
      expect(ordered.toSorted()).toEqual(specs.map((spec) => spec.name).toSorted());
      for (const { name, after } of specs)
        for (const before of after) expect(ordered.indexOf(before)).toBeLessThan(ordered.indexOf(name));
      expect(names(inOrder(checks))).toEqual(ordered);
    }),
  );
});

const database = testDatabase();
let count = 0;
let world: TestWorld;
const acts: string[] = [];
beforeEach(async () => {
  acts.length = 0;
  const act = (name: string) => async (place: string | readonly string[]) => void acts.push(`${name} ${String(place)}`);
  const openRun = async (): Promise<string> => expect.unreachable();
  const folders = { empty: act('empty'), openRun, remove: act('remove'), endCommands: act('end') };
  const check = scripted(
    async (config, { workDirectory, directory }) => {
      acts.push(`ask ${workDirectory} in ${directory}`);
      return { status: 'measured', data: config.name === 'unit' ? 2 : 1 };
    },
    { needs: 'own-copy' },
  );
  world = await openTestWorld(database.store(), `p${(count += 1)}`, {
    folders,
    checks: new Map([['scripted', check]]),
  });
});
afterEach(() => world.close());

test('every attempt has a folder of its own, made after what earlier ones have left was ended', async () => {
  const [phase] = world.project.phases;
  Object.assign(phase!.checks[0]!, { retries: 1 });
  const once = await world.deploy('staging', '1.0.0');
  const of = (id: string) => acts.filter((each) => each.includes(id) && !each.startsWith('remove'));
  const place = `work/${once.id}/unit`;
  const asked = of(once.id)
    .filter((each) => each.startsWith('ask') && each.includes(place))
    .map((each) => each.split(' ')[1]!);
  expect(asked).toHaveLength(2);
  expect(new Set(asked).size).toBe(2);
  expect(of(once.id).slice(0, 6)).toEqual([
    `end ${place}`,
    `empty ${path.join(world.home, 'environments/staging', place)}`,
    ...asked.flatMap((folder) => [`empty ${folder}`, `ask ${folder} in ${folder}/tree`]),
  ]);
  expect(acts.at(-1)).toBe(`end work/${once.id}`);
});

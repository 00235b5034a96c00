import { afterEach, beforeEach, expect, test } from 'vitest';
import type { MaintenanceOrder } from '../app/maintain.ts';
import { openTestWorld, type TestWorld } from '../app/testing/world.ts';
import { testDatabase } from '../store/testing/database.ts';
import { askedPage, closedMeanwhile, sayOpen } from './closing.ts';
import { exit } from './exit-code.ts';
import { openOutput } from './output.ts';

const database = testDatabase();
const out = openOutput(true, {});
let count = 0;
let world: TestWorld;
beforeEach(async () => {
  world = await openTestWorld(database.store(), `closing${(count += 1)}`);
  await world.deploy('staging', '1.0.0');
});
afterEach(() => world.close());

const isClosed = () => (world.proxy.wishes.get('staging')?.page ?? null) !== null;
const during = (work: () => Promise<number>) => {
  const page = { notice: null, untilAt: null, ownHtml: null };
  const order: MaintenanceOrder = { project: world.project, environment: 'staging', actor: 'ada', page };
  return closedMeanwhile({ out }, world, order, work);
};

test('what ends well opens it again; it is closed meanwhile', async () => {
  const seen: boolean[] = [];
  const code = await during(async () => (seen.push(isClosed()), exit.ok));
  expect([code, seen, isClosed()]).toEqual([0, [true], false]);
});

test.each([exit.gateFailed, exit.couldNotJudge, exit.rolledBack, exit.interrupted])(
  'what ends with %i leaves the page, for a person to take away',
  async (code) => {
    expect([await during(async () => code), isClosed()]).toEqual([code, true]);
  },
);

test('what breaks leaves the page too', async () => {
  await expect(during(() => Promise.reject(new Error('gone')))).rejects.toThrow('gone');
  expect(isClosed()).toBe(true);
});

test('a time that is over and a page that is not there are told before anything is closed', async () => {
  await expect(askedPage(world.project, 'staging', { until: 'soon' })).rejects.toThrow(/GR4337 "soon"/);
  const [first, ...others] = world.project.environments;
  const environments = [{ ...first!, maintenancePage: 'nowhere.html' }, ...others];
  await expect(askedPage({ ...world.project, environments }, first!.name, {})).rejects.toThrow(/GR4335/);
});

test('what stays open is always said, and that the front page does is said apart', () => {
  const lines: string[] = [];
  const said = { line: (text = '') => void lines.push(text) } as typeof out;
  sayOpen(said, ['/health', '/healthz/page']);
  expect(lines).toEqual([expect.stringContaining('/health, /healthz/page: asked for health and by "bake.probes"')]);
  sayOpen(said, ['/health', '/']);
  expect(lines.slice(1)).toEqual([
    expect.stringContaining('/health, /:'),
    expect.stringContaining('probe another path'),
  ]);
});

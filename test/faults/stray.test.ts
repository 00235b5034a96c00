// What nobody waits for breaks inside the command that carries a deployment on: a plug's promise without a catcher, a callback that throws.
import { writeFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Tiny, until } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 120_000 });

let tiny: Tiny;
beforeAll(async () => {
  tiny = await Tiny.open({ environments: { staging: { bake: { for: '6s', every: '100ms' } } } });
}, 30_000);
afterAll(() => tiny.close(), 60_000);

let bakesBegun = 0;
const baking = async () => {
  const begun = tiny.play.rows(`select 1 from greenroom.record where kind = 'step-began' and data->>'step' = 'bake'`);
  return (await begun.catch(() => [])).length === bakesBegun;
};

/** Loaded before Greenroom's own code, into the command line only; it does its deed when the file comes. */
function preload(name: string, deed: string): { readonly variables: Record<string, string>; go(): void } {
  const sign = tiny.play.beside(`${name}.go`);
  const file = tiny.play.beside(`${name}.mjs`);
  writeFileSync(
    file,
    `import { existsSync } from 'node:fs';
     if (/cli.main\\.[jt]s$/.test(process.argv[1])) {
       const timer = setInterval(() => {
         if (!existsSync(${JSON.stringify(sign)})) return;
         clearInterval(timer);
         ${deed}
       }, 20);
       timer.unref();
     }`,
  );
  return { variables: { NODE_OPTIONS: `--import ${file}` }, go: () => writeFileSync(sign, '') };
}

test.for([
  ['a promise without a catcher', 'promise', `void Promise.reject(new Error('left behind by a plug'));`],
  ['a callback that throws', 'callback', `throw new Error('left behind by a plug');`],
] as const)(
  'F014 %s ends the command as a defect with its reason, hands the deployment back, and counts against the step',
  async ([, name, deed]) => {
    const { variables, go } = preload(name, deed);
    tiny.next();
    const { ended } = tiny.play.start(['deploy', 'staging'], { variables });
    bakesBegun += 1;
    await until('it bakes', baking, 60_000);
    go();
    const { code, stderr } = await ended;
    expect(stderr).toMatch(/GR9001 +Greenroom broke: outside of every step, left behind by a plug/);
    expect(code).toBe(70);

    const [dead] = await tiny.play.rows<{ dead: boolean }>(
      'select dead from greenroom.node order by beat_at desc limit 1',
    );
    expect(dead?.dead).toBe(true);
    const counted = await tiny.play.rows(`select node from greenroom.attempt where operation like '%-bake'`);
    expect(counted).toHaveLength(1);
    expect(await tiny.records('deployment-ended')).toEqual([]);

    expect((await tiny.play.run(['resume', 'staging'])).code).toBe(0);
    expect((await tiny.records('deployment-ended')).map(({ data }) => data['as'])).toEqual(['live']);
  },
);

test('F014 --json: the defect is the document', async () => {
  const { variables, go } = preload('json', `void Promise.reject('only words');`);
  tiny.next();
  const { ended } = tiny.play.start(['deploy', 'staging', '--json'], { variables });
  bakesBegun += 1;
  await until('it bakes', baking, 60_000);
  go();
  const { code, stdout } = await ended;
  expect(code).toBe(70);
  expect(JSON.parse(stdout)).toMatchObject({ ok: false, failures: [{ code: 'GR9001' }] });
  expect((await tiny.play.run(['resume', 'staging'])).code).toBe(0);
});

// A deployment whose services are started by a program of the team's own, through the command line and the edge.
import { cpSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Tiny } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 180_000 });

const example = path.resolve(import.meta.dirname, '../../src/drivers/command/testing/example.mjs');
let tiny: Tiny;

beforeAll(async () => {
  tiny = await Tiny.open();
  const driver = { kind: 'command', run: ['node', 'driver.mjs'], pass: ['DEPLOY_TOKEN'] };
  tiny.overlay({ environments: { staging: { driver } } });
  cpSync(example, tiny.play.file('driver.mjs'));
  vi.stubEnv('DEPLOY_TOKEN', 'token-of-the-deployer');
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await tiny.close();
}, 120_000);

const log = (): string => {
  const file = tiny.play.beside('environments/staging/command/calls.log');
  return existsSync(file) ? readFileSync(file, 'utf8') : '';
};

test('the dry run prints what would be called, and calls nothing', async () => {
  tiny.next();
  const { stdout, code } = await tiny.play.run(['plan', 'staging'], { timeoutMs: 120_000 });
  expect(code).toBe(0);
  expect(stdout).toMatch(/prepare blue: .*call node driver\.mjs \(prepare\)/);
  expect(stdout).toMatch(
    /start web: call node driver\.mjs \(start\), unless its state says that web of rel_\w+ runs in blue/,
  );
  expect(log()).toBe('');
});

test('one release goes live, the second takes over, and a rollback brings the first back', async () => {
  const first = await tiny.deploy(0);
  expect(await tiny.served()).toBe(first);
  const second = await tiny.deploy(0);
  expect(second).not.toBe(first);
  expect(await tiny.served()).toBe(second);
  const { code, stdout, stderr } = await tiny.play.run(['rollback', 'staging'], { timeoutMs: 120_000 });
  expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
  expect(await tiny.served()).toBe(first);
  const acts = log()
    .split('\n')
    .flatMap((line) => /Z (start|stop) web .*exit code 0/.exec(line)?.[1] ?? []);
  expect(acts).toEqual(['start', 'start', 'stop', 'start', 'stop']);
});

test('a program that only says that it is done does not get a release live', async () => {
  const served = await tiny.served();
  const liar = `import { text } from 'node:stream/consumers';
    const asked = JSON.parse(await text(process.stdin));
    if (asked.action === 'start') console.log('{"outcome":"done"}');
    else { process.stdin.destroy(); const { spawnSync } = await import('node:child_process');
      const child = spawnSync('node', ['honest.mjs'], { input: JSON.stringify(asked), stdio: ['pipe', 'inherit', 'inherit'] });
      process.exitCode = child.status; }`;
  cpSync(example, tiny.play.file('honest.mjs'));
  writeFileSync(tiny.play.file('driver.mjs'), liar);
  tiny.next();
  const { code, stdout, stderr } = await tiny.play.run(['deploy', 'staging'], { timeoutMs: 120_000 });
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain('GR6427');
  expect(await tiny.served()).toBe(served);
});

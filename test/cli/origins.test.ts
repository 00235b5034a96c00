// Who answers for a release, whose secrets an environment has and what its flags say, asked through the command line.
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { Tiny } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 240_000 });

interface Made {
  readonly release: { readonly id: string; readonly parts: { readonly artifacts: { readonly tree: string } } };
}

const canary = 'c4n4ry-of-both-9f2';
let tiny: Tiny;
let first = '';
beforeAll(async () => {
  tiny = await Tiny.open();
  first = await tiny.deploy(0);
}, 90_000);
afterAll(() => tiny.close(), 60_000);

const overlay = (check: object, environments: object = {}) =>
  tiny.overlay({
    artifact: { exclude: ['signatures'] },
    phases: { health: { checks: { asked: check } } },
    environments,
  });
const run = async (...argv: readonly string[]) => {
  const { code, stdout, stderr } = await tiny.play.run(argv);
  return { code, said: (stdout + stderr).replaceAll(/\s+/g, ' ') };
};
/** Whatever was not let through has moved nothing, and nothing of it is left. */
const expectUntouched = async (): Promise<void> => {
  expect(await tiny.steps()).not.toContain('switch');
  expect(await tiny.served()).toBe(first);
  expect(tiny.running()).toEqual([first]);
};

test('F067 a release that nobody allowed has signed is a no-go; the same one, signed, goes live', async () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ci = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  overlay({ kind: 'signature', signers: { ci } });
  tiny.next();
  const { release } = await tiny.play.json<Made>(['release']);
  const { tree } = release.parts.artifacts;
  const unsigned = await run('deploy', 'staging', '--release', release.id);
  expect(unsigned.code).toBe(1);
  expect(unsigned.said).toContain('there is no signatures/');
  await expectUntouched();
  const file = tiny.play.file(path.join('signatures', `${tree.split(':')[2]}.json`));
  mkdirSync(path.dirname(file));
  const write = (key: typeof privateKey) =>
    writeFileSync(file, JSON.stringify({ base64Signature: sign('sha256', Buffer.from(tree), key).toString('base64') }));
  write(stranger.privateKey);
  expect(await run('deploy', 'staging', '--release', release.id)).toMatchObject({
    code: 1,
    said: expect.stringContaining('no signature of an allowed signer'),
  });
  await expectUntouched();
  write(privateKey);
  expect(await run('deploy', 'staging', '--release', release.id)).toMatchObject({ code: 0 });
  expect(await tiny.served()).toBe(release.id);
  first = release.id;
});

test('F084 staging has a secret of production: a no-go that names it and nowhere holds it; with one of its own it goes live', async () => {
  writeFileSync(tiny.play.beside('token'), canary);
  const token = (value: string) => ({ variables: { values: { MOOD: tiny.play.beside('mood'), API_TOKEN: value } } });
  const ask = { kind: 'parity', with: 'production', in: ['staging'] };
  const there = { production: token(`secret://file/${tiny.play.beside('token')}`) };
  overlay(ask, { ...there, staging: token(canary) });
  tiny.next();
  const same = await run('deploy', 'staging');
  expect(same.code).toBe(1);
  expect(same.said).toContain('API_TOKEN: the same secret as API_TOKEN of production');
  const [kept] = await tiny.play.rows<{ text: string }>(
    'select string_agg(result::text, chr(10)) as text from greenroom.result as result',
  );
  expect(kept!.text).toContain('the same secret as');
  expect(same.said + kept!.text).not.toContain(canary);
  await expectUntouched();
  overlay(ask, { production: token('secret://file//nowhere/token'), staging: token(canary) });
  tiny.next();
  const unread = await run('deploy', 'staging');
  expect(unread).toMatchObject({ code: 3, said: expect.stringContaining('which is not there') });
  await expectUntouched();
  overlay(ask, { ...there, staging: token('of-staging-alone') });
  first = await tiny.deploy(0);
});

test('F085 nobody answers for the flags: no verdict can be given, or a condition where the file says so; a wrong value is a no-go', async () => {
  const flag = (port: number) => ({
    staging: { variables: { values: { MOOD: tiny.play.beside('mood'), FLAGS_URL: `http://127.0.0.1:${port}` } } },
  });
  const ask = { kind: 'flags', in: ['staging'], expect: { 'new-player': true } };
  overlay(ask, flag(1));
  tiny.next();
  const dead = await run('deploy', 'staging');
  expect(dead).toMatchObject({ code: 3, said: expect.stringContaining('did not answer') });
  await expectUntouched();
  const service = await flagService({ 'new-player': false });
  try {
    overlay(ask, flag((service.address() as AddressInfo).port));
    tiny.next();
    const wrong = await run('deploy', 'staging');
    expect(wrong).toMatchObject({ code: 1, said: expect.stringContaining('new-player is false, expected true') });
    await expectUntouched();
  } finally {
    service.close();
  }
  overlay({ ...ask, blocking: false }, flag(1));
  tiny.next();
  const owed = await run('deploy', 'staging');
  expect(owed.said).toContain('CONDITIONAL GO');
});

async function flagService(values: Readonly<Record<string, boolean>>): Promise<Server> {
  const server = createServer((request, response) => {
    const key = decodeURIComponent(request.url!.split('/').at(-1)!);
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ key, value: values[key], reason: 'STATIC' }));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

import { hostname, networkInterfaces } from 'node:os';
import type { Socket } from 'node:net';
import { expect, test } from 'vitest';
import { gateOf } from './avoid.ts';

const leads = async (places: Parameters<typeof gateOf>[0], remoteAddress: string | undefined, remotePort = 3001) =>
  (await gateOf(places))({ remoteAddress, remotePort } as Socket) !== null;
const at = (host: string) => [{ host, port: 3001 }];
const own = Object.values(networkInterfaces()).flatMap((each) => each ?? []);

test.each([
  ['127.0.0.1', '127.0.0.1'],
  ['127.0.0.1', '::ffff:127.0.0.1'],
  ['localhost', '127.0.0.1'],
  ['::1', '0:0:0:0:0:0:0:1'],
  ['[::1]', '::1'],
  ['0.0.0.0', '127.0.0.1'],
  ['0.0.0.0', '127.0.0.2'],
  ['::', '::ffff:127.0.0.1'],
  ['fe80::1%lo', 'fe80::1'],
  ['no-such-host.invalid', '192.0.2.1'], // cannot be told apart
])('what listens at %s is not asked at %s', async (host, remote) => {
  expect(await leads(at(host), remote)).toBe(true);
});

test('what listens everywhere is not asked at any address of this machine', async () => {
  for (const { address } of own) expect(await leads(at('0.0.0.0'), address)).toBe(true);
  expect(own.length, hostname()).toBeGreaterThan(0);
});

test('another port, another machine and another address are asked; an unknown end is not', async () => {
  expect(await leads(at('127.0.0.1'), '127.0.0.1', 3002)).toBe(false);
  expect(await leads(at('0.0.0.0'), '192.0.2.1')).toBe(false);
  expect(await leads(at('192.0.2.1'), '127.0.0.1')).toBe(false);
  expect(await leads([], '127.0.0.1')).toBe(false);
  expect(await leads(at('127.0.0.1'), undefined)).toBe(true);
});

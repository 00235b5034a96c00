import { readFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { driverContract, type DriverHarness } from '../kinds/testing/driver-contract.ts';
import type { Slot } from '../kinds/driver.ts';
import { failureOf, openDeployApi } from './http/testing/deploy-api.ts';
import { endOfPlane } from './process/testing/world.ts';
import { startPlane } from './wish/testing/machine.ts';

vi.setConfig({ testTimeout: 120_000 });

driverContract('http', async () => {
  const api = await openDeployApi();
  return {
    ...api.machine,
    ...{ driver: api.driver, slot: api.slot, dispose: api.dispose },
    runAndDie: (slot: Slot, change: 'prepare' | 'start' | 'stop', commands: number) =>
      api.machine.runAndDie({ kind: 'http', slot, change, commands }),
  } as unknown as DriverHarness;
});

let api: Awaited<ReturnType<typeof openDeployApi>>;
beforeEach(async () => {
  api = await openDeployApi();
});
afterEach(() => api.dispose());
const acts = () => api.asked.filter(({ line }) => !line.startsWith('GET'));
const isStart = ({ line }: { line: string }) => line.startsWith('POST');

describe('what the API is asked', () => {
  test('its state first; then one request with key, token and body; then how it goes; then its state again', async () => {
    const slot = api.lone({ epoch: 7, operation: 'dep_1-4', variables: { TOKEN: 'open-sesame' } });
    await api.carryOut('start', slot);
    const lines = api.asked.map(({ line }) => line);
    expect(lines[0]).toBe('GET /v1/apps/web/green');
    expect(lines[1]).toBe('POST /v1/apps/web/green/deployments');
    expect(lines.slice(2, -1).every((line) => line === 'GET /v1/deployments/d-1')).toBe(true);
    expect(lines.at(-1)).toBe('GET /v1/apps/web/green');
    const [start] = acts();
    expect(start!.headers).toMatchObject({
      ...{ 'idempotency-key': 'dep_1-4/start/web', authorization: 'Bearer token-of-the-deployer' },
      'content-type': 'application/json',
    });
    const variables = {
      TOKEN: 'open-sesame',
      GREENROOM_RELEASE: 'rel_one',
      GREENROOM_ENVIRONMENT: 'staging',
      GREENROOM_COLOUR: 'green',
    };
    expect(JSON.parse(start!.body)).toEqual({ release: 'rel_one', epoch: 7, variables });
    await api.carryOut('start', slot);
    await api.carryOut('stop', { ...slot, operation: 'dep_1-5' });
    await api.carryOut('stop', { ...slot, operation: 'dep_1-6' });
    expect(api.effects).toEqual(['start web', 'stop web']);
    expect(acts()[1]!.body).toBe('');
  });

  test('a plan shows method and address, and no secret', async () => {
    const text = JSON.stringify(api.driver.plan('start', api.lone({ epoch: 1 })));
    expect(text).toContain('/v1/apps/{service}/{colour}/deployments');
    expect(text).not.toContain('token-of-the-deployer');
  });

  test('F064 a tree that is not what was proven is refused before anything is asked', async () => {
    const slot = { ...api.lone({ epoch: 1 }), artifactDirectory: api.machine.root };
    expect(await failureOf(api.carryOut('prepare', slot))).toMatchObject({ code: expect.stringMatching(/^GR65/) });
    expect(api.asked).toEqual([]);
  });

  test('prepare is sent where it is written, and not again with the same key', async () => {
    const prepare = { path: '/ready/{release}', method: 'PUT' };
    api.bend(({ line }, response) => line.startsWith('PUT') && (response.writeHead(204).end(), true));
    const slot = api.lone({ epoch: 1 }, { prepare });
    await api.carryOut('prepare', slot);
    await api.carryOut('prepare', slot);
    expect(acts().map(({ line }) => line)).toEqual(['PUT /v1/ready/rel_one']);
  });

  test('a secret that is not there is said before anything is asked', async () => {
    const slot = api.lone({ epoch: 1 }, { secrets: { token: 'secret://env/NO_SUCH_VARIABLE' } });
    expect(await failureOf(api.carryOut('start', slot))).toMatchObject({
      code: 'GR6439',
      message: expect.stringContaining('env/NO_SUCH_VARIABLE'),
    });
    expect(api.asked).toEqual([]);
  });
});

describe('an answer that is lost', () => {
  const acted = (times: number) => {
    let left = times;
    api.bend(async (asked, response, act) => {
      if (!isStart(asked) || left === 0) return false;
      left -= 1;
      await act();
      response.destroy();
      return true;
    });
  };

  test('after it acted: its state shows it, and nothing is sent again', async () => {
    acted(1);
    await api.carryOut('start', api.lone({ epoch: 1 }));
    expect([api.effects, acts().length]).toEqual([['start web'], 1]);
    expect(api.machine.log('http')).toContain('unknown');
  });

  test('before it acted: never sent again, unless greenroom.yaml says that the same key may be', async () => {
    api.bend((asked, response) => isStart(asked) && (response.destroy(), true));
    const slot = api.lone({ epoch: 1 }, { within: '1s' });
    expect(await failureOf(api.carryOut('start', slot))).toMatchObject({
      code: 'GR6438',
      do: expect.stringContaining('repeatable: true'),
    });
    expect(acts()).toHaveLength(1);
    // The same operation, resumed: a person looks first.
    expect(await failureOf(api.carryOut('start', slot))).toMatchObject({ code: 'GR6438' });
    expect(acts()).toHaveLength(1);
    // The next deployment is another wish.
    api.bend(() => false);
    await api.carryOut('start', { ...slot, operation: 'next', config: api.written({ within: '60s' }) });
    expect(api.effects).toEqual(['start web']);
  });

  test('500, then ok: with the same key, and one effect', async () => {
    let left = 2;
    api.bend(async (asked, response, act) => {
      if (!isStart(asked) || left === 0) return false;
      left -= 1;
      // The second time it had begun already, and its state does not show it yet.
      if (left === 0) void act().catch(() => undefined);
      response.writeHead(500).end('{"error":"oops"}');
      return true;
    });
    const start = { ...api.written().start, repeatable: true };
    await api.carryOut('start', api.lone({ epoch: 1 }, { start }));
    expect(new Set(acts().map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect(api.effects).toEqual(['start web']);
    expect(await api.machine.running()).toEqual(['web']);
  });

  test('always 500: it has an end', async () => {
    api.bend((asked, response) => isStart(asked) && (response.writeHead(500).end(), true));
    const start = { ...api.written().start, repeatable: true };
    expect(await failureOf(api.carryOut('start', api.lone({ epoch: 1 }, { start })))).toMatchObject({ code: 'GR6438' });
    expect(acts()).toHaveLength(4);
  });

  test.each([
    ['a plain 500', 500, 'out of token-of-the-deployer', 'it answered 500: out of ***'],
    ['half a document', 202, '{"deployment":{', 'it answered 202; it is not one JSON document, and begins: {"dep'],
  ])('%s: what was seen is said, without secrets', async (_, code, body, said) => {
    api.bend((asked, response) => isStart(asked) && (response.writeHead(code).end(body), true));
    const failure = await failureOf(api.carryOut('start', api.lone({ epoch: 1 }, { within: '1s' })));
    expect(failure).toMatchObject({ code: 'GR6438', message: expect.stringContaining(said) });
    for (const text of [JSON.stringify(failure), api.machine.log('http')])
      expect(text).not.toContain('of-the-deployer');
  });

  test('slower than its limit: as one that was cut off', async () => {
    api.bend(async (asked, _, act) => isStart(asked) && (await act(), true));
    await api.carryOut('start', api.lone({ epoch: 1 }, { 'answer-within': '500ms' }));
    expect([api.effects, acts().length]).toEqual([['start web'], 1]);
  });
});

describe('not now', () => {
  test('429 and 503 with Retry-After are waited out, and asked again with the same key after another look', async () => {
    const codes = [429, 503];
    const at: number[] = [];
    api.bend((asked, response) => {
      if (!isStart(asked)) return false;
      at.push(performance.now());
      const code = codes.shift();
      return code !== undefined && (response.writeHead(code, { 'retry-after': '1' }).end(), true);
    });
    await api.carryOut('start', api.lone({ epoch: 1 }));
    expect(acts().map(({ headers }) => headers['idempotency-key'])).toHaveLength(3);
    expect(new Set(acts().map(({ headers }) => headers['idempotency-key'])).size).toBe(1);
    expect([at[1]! - at[0]! >= 990, at[2]! - at[1]! >= 990]).toEqual([true, true]);
    expect(api.effects).toEqual(['start web']);
  });

  test('"later" without end has one; so has a Retry-After of years', async () => {
    api.bend(
      (asked, response) => isStart(asked) && (response.writeHead(429, { 'retry-after': '99999999' }).end(), true),
    );
    expect(await failureOf(api.carryOut('start', api.lone({ epoch: 1 })))).toMatchObject({ code: 'GR6436' });
    expect(acts()).toHaveLength(1);
  });
});

describe('what it says is not what is', () => {
  test('it says live and starts nothing: its state decides', async () => {
    api.bend(({ line }, response) => {
      if (line.startsWith('POST')) response.writeHead(202).end('{"deployment":{"id":"x"}}');
      else if (line.includes('/deployments/')) response.writeHead(200).end('{"deployment":{"status":"live"}}');
      return response.writableEnded;
    });
    expect(await failureOf(api.carryOut('start', api.lone({ epoch: 1 }, { within: '1s' })))).toMatchObject({
      code: 'GR6437',
      message: expect.stringContaining('web does not run'),
    });
  });

  test('another release in its state is not ours, whatever it said', async () => {
    api.bend(({ line }, response) => {
      if (line !== 'GET /v1/apps/web/green' || api.effects.length === 0) return false;
      response.writeHead(200).end('{"app":{"release":"rel_other","address":"127.0.0.1:1"}}');
      return true;
    });
    expect(await failureOf(api.carryOut('start', api.lone({ epoch: 1 }, { within: '6s' })))).toMatchObject({
      code: 'GR6437',
      message: expect.stringContaining('web of rel_other runs'),
    });
  });

  test.each(['failed', 'cancelled'])('"%s" is a failure, with the value that was seen', async (status) => {
    api.bend(({ line }, response) => {
      if (!line.includes('/deployments/')) return false;
      response.writeHead(200).end(JSON.stringify({ deployment: { status } }));
      return true;
    });
    expect(await failureOf(api.carryOut('start', api.lone({ epoch: 1 })))).toMatchObject({
      code: 'GR6434',
      message: expect.stringContaining(`$.deployment.status is "${status}"`),
    });
  });

  test('one that never ends is not joined by another one; when it has ended, the next goes on', async () => {
    let isStuck = true;
    api.bend(({ line }, response) => {
      if (!isStuck || !line.includes('/deployments/')) return false;
      response.writeHead(200).end('{"deployment":{"status":"building"}}');
      return true;
    });
    const slot = api.lone({ epoch: 1 }, { within: '1s' });
    expect(await failureOf(api.carryOut('start', slot))).toMatchObject({ code: 'GR6435' });
    const next = { ...slot, epoch: 2, operation: 'next' };
    expect(await failureOf(api.carryOut('stop', next))).toMatchObject({ code: 'GR6435' });
    expect(acts()).toHaveLength(1);
    isStuck = false;
    await api.carryOut('stop', { ...next, config: api.written() });
    expect(api.effects).toEqual(['start web', 'stop web']);
  });

  const state = (answer: (response: Parameters<Parameters<typeof api.bend>[0]>[1]) => void) =>
    api.bend(({ line }, response) => line === 'GET /v1/apps/web/green' && (answer(response), true));
  test.each([
    ['no JSON', 'GR6433', '<html>busy</html>'],
    ['nothing', 'GR6433', ''],
    ['a document without the path', 'GR6433', '{"apps":[]}'],
    ['an instance without a release', 'GR6433', '{"app":{"address":"127.0.0.1:1"}}'],
    ['an address that is none', 'GR6433', '{"app":{"release":"rel_one","address":"127.0.0.1:70000"}}'],
    ['a release that is an object', 'GR6433', '{"app":{"release":{"id":1},"address":"127.0.0.1:1"}}'],
    ['two megabytes', 'GR6433', JSON.stringify({ app: 'x'.repeat(2 * 1024 * 1024) })],
  ])('its state is %s: never "nothing runs"', async (_, code, body) => {
    state((response) => response.writeHead(200).end(body));
    const slot = api.lone({ epoch: 1 });
    for (const change of ['start', 'stop'] as const)
      expect(await failureOf(api.carryOut(change, slot))).toMatchObject({ code });
    expect(await failureOf(api.driver.observe(slot))).toMatchObject({ code });
    expect(acts()).toEqual([]);
  });

  test('a state that does not end, or always fails, has an end', async () => {
    const slot = api.lone({ epoch: 1 }, { 'state-within': '1s', 'answer-within': '500ms' });
    state((response) => {
      response.writeHead(200);
      const drip = setInterval(() => response.write(' '), 20);
      response.on('close', () => clearInterval(drip));
    });
    expect(await failureOf(api.driver.observe(slot))).toMatchObject({ code: 'GR6431' });
    state((response) => response.writeHead(503).end('busy'));
    expect(await failureOf(api.driver.observe(slot))).toMatchObject({ code: 'GR6432' });
    let left = 2;
    state((response) => ((left -= 1) >= 0 ? response.destroy() : response.writeHead(404).end()));
    expect(await api.driver.observe(slot)).toEqual([]);
  });
});

describe('where it goes, and what comes out', () => {
  test('a redirect is not followed: the token goes to nobody else', async () => {
    const other = await openDeployApi();
    try {
      api.bend((_, response) => {
        response.writeHead(307, { location: `http://127.0.0.1:${other.port}/v1/apps/web/green` }).end();
        return true;
      });
      expect(await failureOf(api.carryOut('start', api.lone({ epoch: 1 })))).toMatchObject({
        code: 'GR6432',
        do: expect.stringContaining('Redirects are not followed'),
      });
      expect(other.asked).toEqual([]);
    } finally {
      await other.dispose();
    }
  });

  test('secrets that it repeats are in no failure and in no file', async () => {
    const slot = api.lone({ epoch: 1, variables: { KEY: 'open-sesame' }, secrets: ['open-sesame'] });
    api.bend((asked, response) => {
      if (!isStart(asked)) return false;
      response.writeHead(400).end(`${asked.headers['authorization']} ${asked.body}`);
      return true;
    });
    const failure = await failureOf(api.carryOut('start', slot));
    expect(failure).toMatchObject({ code: 'GR6432', message: expect.stringContaining('answered 400') });
    const kept = ['orders.json', 'orders.log'].map((name) =>
      readFileSync(join(slot.stateDirectory, 'http', name), 'utf8'),
    );
    for (const text of [JSON.stringify(failure), ...kept]) {
      expect(text).not.toContain('token-of-the-deployer');
      expect(text).not.toContain('open-sesame');
    }
  });
});

describe('F001 a control plane is killed', () => {
  test('while it is followed: the next one follows the same deployment and sends nothing', async () => {
    let isSlow = true;
    api.bend(({ line }, response) => {
      if (!isSlow || !line.includes('/deployments/')) return false;
      response.writeHead(200).end('{"deployment":{"status":"building"}}');
      return true;
    });
    const slot = api.lone({ epoch: 1 }, { within: '60s' });
    const plane = startPlane({ kind: 'http', slot, change: 'start' });
    const ended = endOfPlane(plane);
    await expect
      .poll(() => api.asked.some(({ line }) => line.includes('/deployments/')), { timeout: 60_000 })
      .toBe(true);
    plane.kill('SIGKILL');
    await ended;
    const next = api.carryOut('start', { ...slot, epoch: 2 });
    await sleep(300);
    isSlow = false;
    await next;
    expect([api.effects, acts().length]).toEqual([['start web'], 1]);
    expect(await failureOf(api.carryOut('stop', slot))).toMatchObject({ code: 'GR6409' });
  });

  test('F007 before it was answered: its request may still act, so nothing else is sent for as long as it may take', async () => {
    let act: (() => Promise<void>) | null = null;
    api.bend((asked, _, later) => {
      if (!isStart(asked) || act) return false;
      act = later;
      return true;
    });
    const slot = api.lone({ epoch: 1 });
    const plane = startPlane({ kind: 'http', slot, change: 'start' });
    const ended = endOfPlane(plane);
    await expect.poll(() => act !== null, { timeout: 60_000 }).toBe(true);
    plane.kill('SIGKILL');
    await ended;
    const next = api.carryOut('start', { ...slot, epoch: 2 });
    await sleep(300);
    await act!();
    await next;
    expect([api.effects, acts().length]).toEqual([['start web'], 1]);
  });
});

test('what runs can be asked of the services themselves; what does not name its release is not ours', async () => {
  const port = await api.machine.start({ colour: 'green', service: 'web', release: 'rel_one' });
  const addresses = { blue: {}, green: { web: `127.0.0.1:${port}` } };
  const slot = api.lone({ epoch: 1 }, { state: { addresses, health: '/' } });
  expect(await api.driver.observe(slot)).toMatchObject([{ service: 'web', port, releaseId: 'rel_one' }]);
  const blind = api.lone({ epoch: 1 }, { state: { addresses, health: '/', 'release-at': '$.nothing' } });
  expect(await api.driver.observe(blind)).toMatchObject([
    { service: 'web', releaseId: expect.stringContaining('not name') },
  ]);
  await api.machine.stop({ colour: 'green', service: 'web' });
  expect(await api.driver.observe(slot)).toEqual([]);
});

test('a service that takes connections and hangs up is not "nothing": its stop is asked for', async () => {
  const rude = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => rude.listen(0, '127.0.0.1', resolve));
  const { port } = rude.address() as AddressInfo;
  api.bend(({ line }, response) => {
    if (!line.startsWith('DELETE')) return false;
    rude.close(() => response.writeHead(204).end());
    return true;
  });
  const addresses = { blue: {}, green: { web: `127.0.0.1:${port}` } };
  const stop = { method: 'DELETE', path: '/apps/{service}/{colour}' };
  const slot = api.lone({ epoch: 1 }, { state: { addresses, health: '/' }, stop });
  expect(await api.driver.observe(slot)).toMatchObject([
    { service: 'web', releaseId: expect.stringContaining('not name') },
  ]);
  await api.carryOut('stop', slot);
  expect(acts()).toHaveLength(1);
  expect(await api.driver.observe(slot)).toEqual([]);
});

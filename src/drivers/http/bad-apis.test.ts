import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { makeCertificate } from '../../effects/testing/certificate.ts';
import { githubSchema } from '../github-workflow/schema.ts';
import { httpDriverSchema } from './schema.ts';
import { failureOf, openDeployApi } from './testing/deploy-api.ts';

vi.setConfig({ testTimeout: 60_000 });

let api: Awaited<ReturnType<typeof openDeployApi>>;
beforeEach(async () => {
  api = await openDeployApi();
});
afterEach(() => api.dispose());
const acts = () => api.asked.filter(({ line }) => !line.startsWith('GET'));
const following = (body: string, code = 200) =>
  api.bend(({ line }, response) => line.includes('/deployments/d-') && (response.writeHead(code).end(body), true));

describe('an API that tells badly how it goes', () => {
  test.each([
    ['no JSON', 200, '<html>'],
    ['too much', 200, JSON.stringify({ x: 'y'.repeat(2 * 1024 * 1024) })],
    ['a refusal', 401, '{}'],
  ])(
    '%s stops the step, and the order stays open: the next one follows it, and sends nothing',
    async (_, code, body) => {
      following(body, code);
      const slot = api.lone({ epoch: 1 });
      expect((await failureOf(api.carryOut('start', slot))).code).toMatch(/^GR643[23]$/);
      api.bend(() => false);
      await api.carryOut('start', { ...slot, epoch: 2 });
      expect([api.effects, acts().length]).toEqual([['start web'], 1]);
    },
  );

  test('500 and cut answers are looked over until it tells', async () => {
    let left = 3;
    api.bend(({ line }, response) => {
      if (!line.includes('/deployments/d-') || (left -= 1) < 0) return false;
      if (left === 0) response.destroy();
      else response.writeHead(500).end();
      return true;
    });
    await api.carryOut('start', api.lone({ epoch: 1 }));
    expect([api.effects, acts().length]).toEqual([['start web'], 1]);
  });

  test('one that forgot it is not asked for ever: the state decides when its time is up', async () => {
    following('{}', 404);
    await api.carryOut('start', api.lone({ epoch: 1 }, { within: '1s' }));
    expect([api.effects, acts().length]).toEqual([['start web'], 1]);
  });

  test('an answer that was taken and cannot be read: looked for in the state, not sent again', async () => {
    for (const body of ['', '{"deployment":{}}', '{"deployment":{"id":".."}}', '{"deployment":{"id":{}}}']) {
      const other = await openDeployApi();
      try {
        other.bend(async ({ line }, response, act) => {
          if (!line.startsWith('POST')) return false;
          await act();
          response.writeHead(202).end(body);
          return true;
        });
        await other.carryOut('start', other.lone({ epoch: 1 }));
        expect(other.asked.filter(({ line }) => line.startsWith('POST'))).toHaveLength(1);
      } finally {
        await other.dispose();
      }
    }
  });

  test('a start that failed does not keep its stop from going on', async () => {
    let status = 'building';
    api.bend(({ line }, response) => {
      if (line === 'GET /v1/deployments/d-1') response.writeHead(200).end(JSON.stringify({ deployment: { status } }));
      return response.writableEnded;
    });
    const slot = api.lone({ epoch: 1 });
    const stopped = new AbortController();
    const started = api.driver.run(api.driver.plan('start', slot)[0]!, slot, stopped.signal).catch(() => 'ended');
    await expect
      .poll(() => api.asked.some(({ line }) => line.includes('/deployments/d-1')), { timeout: 30_000 })
      .toBe(true);
    stopped.abort();
    expect(await started).toBe('ended');
    status = 'failed';
    await api.carryOut('stop', { ...slot, operation: 'back' });
    expect(api.effects).toEqual(['start web', 'stop web']);
    expect(await api.machine.running()).toEqual([]);
  });

  test('an answer that says that it did not work is a failure, though its status is good', async () => {
    api.bend(({ line }, response) => line.startsWith('POST') && (response.writeHead(200).end('{"ok":false}'), true));
    const start = { path: '/apps/{service}/{colour}/deployments', done: { '$.ok': true } };
    expect(await failureOf(api.carryOut('start', api.lone({ epoch: 1 }, { start })))).toMatchObject({
      code: 'GR6434',
      message: expect.stringContaining('$.ok is false'),
    });
  });

  test('a record that nobody of ours wrote stops everything', async () => {
    const slot = api.lone({ epoch: 1 });
    await api.carryOut('stop', slot);
    writeFileSync(join(slot.stateDirectory, 'http', 'orders.json'), '[{"sequence":"x"}]');
    expect(await failureOf(api.carryOut('start', slot))).toMatchObject({ code: 'GR6402' });
    expect(acts()).toEqual([]);
  });
});

test('a certificate that is not trusted is refused at once; an authority that is named is trusted', async () => {
  const certificate = await makeCertificate(2);
  const server = createServer(certificate, (_, response) => response.writeHead(404).end());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  try {
    const base = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const slot = api.lone({ epoch: 1 }, { base });
    expect(await failureOf(api.driver.observe(slot))).toMatchObject({
      code: 'GR6431',
      message: expect.stringContaining('certificate'),
    });
    writeFileSync(join(api.machine.root, 'ca.pem'), certificate.cert);
    expect(await api.driver.observe(api.lone({ epoch: 1 }, { base, authority: 'ca.pem' }))).toEqual([]);
    expect(await failureOf(api.driver.observe(api.lone({ epoch: 1 }, { base, authority: 'none.pem' })))).toMatchObject({
      code: 'GR6439',
    });
  } finally {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

describe('the pages', () => {
  const blocksOf = (page: string): readonly string[] =>
    [...readFileSync(new URL(page, import.meta.url), 'utf8').matchAll(/^```yaml\n([^]*?)^```/gm)].map(
      (match) => match[1]!,
    );
  const driverIn = (text: string): object => {
    const { kind: _, ...fields } = (parse(text) as { environments: { staging: { driver: { kind: string } } } })
      .environments.staging.driver;
    return fields;
  };

  test('what they show is taken as it stands', () => {
    const [whole, state] = blocksOf('../http.md');
    expect(httpDriverSchema.safeParse(driverIn(whole!)).error).toBeUndefined();
    expect(httpDriverSchema.safeParse({ ...driverIn(whole!), ...(parse(state!) as object) }).error).toBeUndefined();
    expect(githubSchema.safeParse(driverIn(blocksOf('../github-workflow.md')[0]!)).error).toBeUndefined();
  });

  test('the workflow that is dispatched has the inputs that are sent, and the key in its title', () => {
    const [, text] = blocksOf('../github-workflow.md');
    const [document] = parseAllDocuments(text!);
    const workflow = document!.toJS() as { on: { workflow_dispatch: { inputs: object } }; 'run-name': string };
    expect(document!.errors).toEqual([]);
    expect(Object.keys(workflow.on.workflow_dispatch.inputs)).toEqual(['key', 'greenroom']);
    expect(workflow['run-name']).toContain('[${{ inputs.key }}]');
    expect(/run: \|?[^]*\$\{\{/.test(text!.slice(text!.indexOf('steps:')).replaceAll(/^.*(with|env):.*$/gm, ''))).toBe(
      false,
    );
  });
});

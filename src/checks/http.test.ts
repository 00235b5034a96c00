import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { makeCertificate } from '../effects/testing/certificate.ts';
import type { Judgement } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { http } from './http.ts';
import { deadService, SECRET, serve, testContext } from './testing/world.ts';

const answering = (body: string, status = 200, headers: Record<string, string> = {}) =>
  serve((_, response) => response.writeHead(status, headers).end(body));
const silent = () => serve(() => {});

checkContract(http, {
  testUrl: import.meta.url,
  good: async () => ({
    config: { service: 'backend', path: '/api/health' },
    context: testContext({ services: [(await answering('ok')).service] }),
  }),
  dead: () => ({ config: { service: 'backend' }, context: testContext({ services: [deadService] }) }),
  slow: async () => ({ config: { within: '30s' }, context: testContext({ services: [(await silent()).service] }) }),
});

async function judged(config: object, served: ReturnType<typeof answering>): Promise<Judgement> {
  return ask(http, { config, context: testContext({ services: [(await served).service] }) });
}
const finding = (judgement: Judgement, name: string) => judgement.findings.find((one) => one.name === name);

describe('http', () => {
  test('a wrong status fails with the value and the bound', async () => {
    const judgement = await judged({ path: '/x' }, answering('', 503));
    expect(judgement).toMatchObject({ outcome: 'fail', reason: 'backend /x: status was 503, expected 200.' });
    expect(judgement.cause).toContain('log');
    expect(await judged({ status: [200, 503] }, answering('', 503))).toMatchObject({ outcome: 'pass' });
  });

  test('the public address answers with another release: nothing is measured', async () => {
    const old = await answering('old');
    const ports = [{ name: 'backend', host: '127.0.0.1', port: old.port, heldByUs: true }];
    const context = testContext({ services: [(await answering('new', 500)).service], ports });
    const judgement = await ask(http, { config: { url: `http://localhost:${old.port}/` }, context });
    expect(judgement).toMatchObject({ outcome: 'error' });
    expect(judgement.reason).toContain('is the public address of "backend" in staging');
    expect(await ask(http, { config: {}, context })).toMatchObject({ outcome: 'fail' });
  });

  test.each(['[::ffff:127.0.0.1]', '127.1', 'redirect'])('nor where the way there is another one: %s', async (way) => {
    let asked = 0;
    const old = await serve((_, response) => {
      asked += 1;
      response.end('old');
    });
    const fresh = await answering('', 302, { location: `http://127.0.0.1:${old.port}/x` });
    const ports = [{ name: 'backend', host: '127.0.0.1', port: old.port, heldByUs: true }];
    const context = testContext({ services: [fresh.service], ports });
    const config = way === 'redirect' ? { 'follow-redirects': true } : { url: `http://${way}:${old.port}/` };
    const judgement = await ask(http, { config, context });
    expect(judgement).toMatchObject({ outcome: 'error', reason: expect.stringContaining('public address') });
    expect(asked).toBe(0);
  });

  test('one slow answer of three fails; the slowest is the value', async () => {
    let asked = 0;
    const served = serve((_, response) => {
      asked += 1;
      setTimeout(() => response.end('ok'), asked === 2 ? 250 : 0);
    });
    const judgement = await judged({ within: '200ms' }, served);
    expect(asked).toBe(3);
    expect(judgement).toMatchObject({ outcome: 'fail' });
    expect(finding(judgement, 'time')).toMatchObject({ outcome: 'fail', threshold: 'at most 200 ms' });
    expect(Number.parseInt(finding(judgement, 'time')!.value, 10)).toBeGreaterThanOrEqual(250);
  });

  test('a body that is right once and wrong once fails', async () => {
    let asked = 0;
    const served = serve((_, response) => response.end(`{"status":"${(asked += 1) === 2 ? 'down' : 'up'}"}`));
    const judgement = await judged({ json: { '$.status': 'up' } }, served);
    expect(finding(judgement, 'json $.status')).toMatchObject({
      outcome: 'fail',
      value: '"up", "down"',
      threshold: '"up"',
    });
  });

  test('body, header and JSON path are judged', async () => {
    const served = answering('{"release":"rel_1","items":[{"id":7}]}', 200, { 'x-release': 'rel_1' });
    const good = {
      'body-contains': ['release', 'items'],
      'body-matches': 'rel_[0-9]+',
      header: { 'X-Release': 'rel_1', 'x-Release': { matches: '^rel_' } },
      json: { '$.items[0].id': 7, '$.items': { exists: true }, '$.constructor': { exists: false } },
    };
    expect(await judged(good, served)).toMatchObject({ outcome: 'pass' });
    for (const [config, name] of [
      [{ 'body-contains': 'nope' }, 'body'],
      [{ 'body-matches': '^nope' }, 'body'],
      [{ header: { 'x-other': 'a' } }, 'header x-other'],
      [{ json: { '$.release': 'rel_2' } }, 'json $.release'],
      [{ json: { '$.none': { exists: true } } }, 'json $.none'],
    ] as const) {
      const judgement = await judged(config, served);
      expect([judgement.outcome, finding(judgement, name)?.outcome], name).toEqual(['fail', 'fail']);
    }
    expect(await judged({ json: { '$.a': 1 } }, answering('<html>'))).toMatchObject({ outcome: 'fail' });
  });

  test('F015 what may stand in the part of a body that is not read is an error, not a fail', async () => {
    const judgement = await judged({ 'body-contains': 'needle', samples: 1 }, answering('x'.repeat(100_000)));
    expect(judgement).toMatchObject({ outcome: 'error' });
  });

  test('F124 a pattern that takes other engines half a minute takes no time', async () => {
    const startedAt = performance.now();
    const judgement = await judged({ 'body-matches': '^(a*)*b$', within: '5s' }, answering('a'.repeat(60_000)));
    expect(judgement.outcome).toBe('fail');
    expect(performance.now() - startedAt).toBeLessThan(3_000);
    expect(http.schema.safeParse({ 'body-matches': '(' }).success).toBe(false);
  });

  test('what could not fail, or could not pass, is no configuration', () => {
    for (const config of [{ 'body-contains': '' }, { 'body-contains': ['ok', ''] }, { within: '0s' }])
      expect(http.schema.safeParse(config).success, JSON.stringify(config)).toBe(false);
  });

  test('secrets are hidden in what is reported', async () => {
    const judgement = await judged({ 'body-contains': 'x' }, answering(`token ${SECRET}`));
    expect(JSON.stringify(judgement)).not.toContain(SECRET);
  });

  test('sends method, headers and a JSON body', async () => {
    const served = serve(async (request, response) => {
      const chunks: string[] = [];
      for await (const chunk of request) chunks.push(String(chunk));
      response.end(`${request.method} ${request.headers['content-type']} ${request.headers['x-a']} ${chunks.join('')}`);
    });
    const config = {
      method: 'POST',
      headers: { 'x-a': 'b' },
      body: { title: 'x' },
      'body-contains': 'POST application/json b {"title":"x"}',
    };
    expect(await judged(config, served)).toMatchObject({ outcome: 'pass' });
  });

  test('F186 a certificate that ends soon fails, one that is not trusted does not answer', async () => {
    const certificate = await makeCertificate(10);
    const { service } = await serve((_, response) => response.end('ok'), certificate);
    const context = testContext({ services: [service] });
    writeFileSync(path.join(context.directory, 'ca.pem'), certificate.cert);
    const untrusted = await ask(http, { config: { tls: {} }, context });
    expect(untrusted).toMatchObject({
      outcome: 'fail',
      reason: 'backend / did not answer: its TLS certificate is signed by itself.',
    });
    expect(untrusted.cause).toContain('TLS certificate');
    const soon = await ask(http, { config: { tls: { authority: 'ca.pem' } }, context });
    expect(finding(soon, 'tls')).toMatchObject({ outcome: 'fail', threshold: 'valid for at least 14 days' });
    expect(await ask(http, { config: { tls: { authority: 'ca.pem', 'valid-for': '3d' } }, context })).toMatchObject({
      outcome: 'pass',
    });
    expect(await ask(http, { config: { tls: { trust: 'any', 'valid-for': '3d' } }, context })).toMatchObject({
      outcome: 'pass',
    });
    expect(await ask(http, { config: { tls: { authority: 'none.pem' } }, context })).toMatchObject({
      outcome: 'error',
    });
  });

  test('a service that does not exist cannot be judged', async () => {
    const judgement = await ask(http, {
      config: { service: 'frontend' },
      context: testContext({ services: [deadService] }),
    });
    expect(judgement).toMatchObject({
      outcome: 'error',
      reason: 'There is no running service "frontend" in staging; running: backend.',
    });
  });
});

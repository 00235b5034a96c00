// Settings that reach outside, through a whole refresh: what the copy has of them, what is listed, and that the proof looks for their keys elsewhere.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { nameWords, reachOf } from '../domain/refresh/outbound.ts';
import type { RefreshRules, Rule } from '../domain/refresh/rules.ts';
import { holdsSink, outboundExpression } from './outbound-sql.ts';
import { literal } from './connect.ts';
import { runRefresh } from './run-refresh.ts';
import { openTwoDatabases, refusalOf, type TwoDatabases } from './testing/two-databases.ts';

const settings = {
  smtp_host: ['smtp.sendgrid.net:587', 'sink.invalid:587'],
  relayHost: ['mailrelay', 'sink.invalid'],
  SMTP_PASSWORD: ['hunter2', 'sink-invalid-key'],
  'mail.from': ['Shop <billing@shop.example>', 'Shop <nobody@sink.invalid>'],
  order_hook: ['https://hooks.slack.com:8443/services/T0/B0aaaa1111bbbb', 'https://sink.invalid:8443/'],
  stripe: ['sk_live_51Habcdefghij', 'sink-invalid-key'],
  alert_phone: ['+49 170 1234567', '+15555550100'],
  queue: ['amqp://user:word@rabbit.corp:5672/shop', 'amqp://sink.invalid:5672/'],
  site_name: ['My Shop', 'My Shop'],
  ghost: ['boo', 'boo'],
  currency: ['EUR', 'EUR'],
  use_password: ['true', 'true'],
  cache: ['http://localhost:6379/0', 'http://localhost:6379/0'],
} as const;
const config = {
  ...{ smtp: { host: 'smtp.mailgun.org', port: 25, password: 'a"b' }, url: 'https://x.example:8/a?b=c', name: 'Ops' },
  ...{ to: ['ops@shop.example'], slack: 'xoxb-1234567-abc', ghost: 'boo', host: 'localhost' },
};
const sunkConfig = {
  ...{ smtp: { host: 'sink.invalid', port: 25, password: 'sink-invalid-key' }, url: 'https://sink.invalid:8/' },
  ...{ name: 'Ops', to: ['nobody@sink.invalid'], slack: 'sink-invalid-key', ghost: 'boo', host: 'localhost' },
};
const outbound = (by: string | null): Rule => ({ kind: 'mask', masker: 'outbound', days: 60, by, percent: 10 });
const keep: Rule = { kind: 'keep', because: 'made up' };
const rules: RefreshRules = {
  columns: {
    'public.settings.value': outbound('name'),
    'public.integrations.config': outbound(null),
    'public.integrations.plain': outbound(null),
    'public.shops.ipn_url': { kind: 'mask', masker: 'text', days: 60, by: null, percent: 10 },
    'public.shops.webhook_url': { kind: 'mask', masker: 'url', days: 60, by: null, percent: 10 },
  },
  patterns: [{ pattern: '**', rule: keep }],
  types: {},
};

let two: TwoDatabases;
beforeAll(async () => {
  two = await openTwoDatabases();
  const rows = Object.entries(settings).map(([name, [value]]) => `(${literal(name)}, ${literal(value)})`);
  await two.ask(
    'production',
    `CREATE TABLE settings (name text PRIMARY KEY, value varchar(200)); INSERT INTO settings VALUES ${rows.join(', ')}, ('empty', NULL);
     CREATE TABLE integrations (id int PRIMARY KEY, config jsonb, plain json);
     INSERT INTO integrations VALUES (1, ${literal(JSON.stringify(config))}, '{"hook": "https:\\/\\/hooks.slack.com\\/services\\/T0"}'), (2, NULL, 'null');
     CREATE TABLE shops (id int REFERENCES integrations, webhook_url text, callback_url text, note text, ipn_url text);
     INSERT INTO shops SELECT 1, 'https://shop' || i || '.example/orders', 'https://back.example/' || i, 'nothing', 'https://ipn.example' FROM generate_series(1, 5) i;`,
  );
}, 240_000);
afterAll(() => two?.close(), 60_000);

test('what reaches outside is a sink in the copy, every other setting is as it was; both are listed with counts', async () => {
  const { outbound: listed, proof } = await runRefresh(two.order({ rules }));
  const rows = await two.ask<{ name: string; value: string | null }>('staging', 'SELECT name, value FROM settings');
  expect(Object.fromEntries(rows.map(({ name, value }) => [name, value]))).toEqual({
    ...Object.fromEntries(Object.entries(settings).map(([name, [, sunk]]) => [name, sunk])),
    empty: null,
  });
  expect(await two.ask('staging', 'SELECT config, plain FROM integrations ORDER BY id')).toEqual([
    { config: sunkConfig, plain: { hook: 'https://sink.invalid/' } },
    { config: null, plain: null },
  ]);
  expect(listed.map(({ table, name, valueCount, replacedCount }) => [table, name, valueCount, replacedCount])).toEqual([
    ['public.integrations', 'config', 1, 1],
    ['public.integrations', 'plain', 2, 1],
    ['public.settings', 'value', 13, 8],
    ['public.shops', 'webhook_url', 5, 5],
    // Kept, and said to be.
    ['public.shops', 'callback_url', 5, 0],
    // Running text keeps a URL, so nothing is claimed.
    ['public.shops', 'ipn_url', 5, null],
  ]);
  expect(proof!.originalCount).toBeGreaterThan(5);
}, 240_000);

test('a part of it goes the same way', async () => {
  const roots = { 'public.settings': { share: null, where: "name <> 'currency'" } };
  const subset = { roots: roots as never, whole: [], references: {} };
  await runRefresh(two.order({ rules, subset }));
  expect(await two.ask('staging', "SELECT value FROM settings WHERE name IN ('stripe', 'currency')")).toEqual([
    { value: 'sink-invalid-key' },
  ]);
}, 240_000);

test('F100 the key of a provider that stands in another column too stops it', async () => {
  await two.ask('production', "UPDATE shops SET note = 'charged with sk_live_51Habcdefghij'");
  try {
    const failure = await refusalOf(two.order({ rules }));
    expect(failure).toMatch(/^GR5061 .*public\.shops\.note/);
    expect(failure).not.toContain('51Habc');
  } finally {
    await two.ask('production', "UPDATE shops SET note = 'nothing'");
  }
}, 240_000);

test('a column that should name the settings and is not there is refused', async () => {
  const wrong = { ...rules, columns: { ...rules.columns, 'public.settings.value': outbound('nowhere') } };
  expect(await refusalOf(two.order({ rules: wrong }))).toMatch(/^GR5160 .*"nowhere"/);
}, 240_000);

const word = fc.constantFrom('a', 'Shop', 'EUR', '10', '', 'true', "it's", 'é', '"q"', '\\', ' ', '\n', '@', '://');
const reaching = fc.constantFrom(
  ...[
    'https://hooks.example.com/a/b',
    'http://localhost:1/x',
    'smtp://u:p@h:25',
    'ops@shop.example',
    'sk_live_abcdefgh',
  ],
  ...['smtp.mail.example', 'mailrelay', '127.0.0.1', '+49 170 1234567', 'AKIAABCDEFGHIJKLMNOP', 'hunter2'],
);
const text = fc.array(fc.oneof(word, reaching), { maxLength: 4 }).map((parts) => parts.join(''));
const name = fc.constantFrom(
  ...['smtpHost', 'SMTP_PASSWORD', 'alert.phone', 'title', 'api-key', 'ghost', 'webhook_endpoint', 'tokens_left'],
);

test('PostgreSQL replaces what JavaScript says reaches outside, and nothing else; once is enough', async () => {
  const client = await two.open('postgres');
  try {
    await client.query('CREATE TEMP TABLE s (k text, v text)');
    const once = outboundExpression({ name: 'v', type: 'text', by: 'k' });
    let [changed, kept] = [0, 0];
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(name, text), { minLength: 20, maxLength: 40 }), async (pairs) => {
        await client.query('TRUNCATE s');
        await client.query('INSERT INTO s SELECT * FROM unnest($1::text[], $2::text[])', [
          pairs.map(([k]) => k),
          pairs.map(([, v]) => v),
        ]);
        const { rows } = await client.query<{ k: string; v: string; w: string; x: string; sunk: boolean }>(
          `SELECT k, o AS v, v AS w, ${once} AS x, ${holdsSink('v')} AS sunk FROM (SELECT k, v AS o, ${once} AS v FROM s) AS t`,
        );
        for (const { k, v, w, x, sunk } of rows) {
          expect([k, v, w !== v]).toEqual([k, v, reachOf(k, v) !== null]);
          expect([k, v, sunk]).toEqual([k, v, w !== v]);
          expect([k, w]).toEqual([k, x]);
          if (w === v) kept += 1;
          else changed += 1;
        }
      }),
      { numRuns: 60 },
    );
    expect(Math.min(changed, kept)).toBeGreaterThan(100);
    expect(nameWords('smtpHost')).toBe('smtp_host');
  } finally {
    await client.end();
  }
}, 240_000);

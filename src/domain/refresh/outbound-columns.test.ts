import { expect, test } from 'vitest';
import { originalsOf } from './classified.ts';
import { compilePlan } from './compile.ts';
import { outboundIn, reachingColumns } from './outbound-columns.ts';
import { reachOf } from './outbound.ts';
import { propose } from './propose.ts';
import type { RefreshRules, Rule } from './rules.ts';
import type { SourceColumn, SourceTable } from './source-schema.ts';

const column = (name: string, type: string, samples: (string | null)[] = []): SourceColumn => ({
  ...{ name, type, samples, maxCharacters: null, isNullable: true, isUnique: false },
  ...{ isGenerated: false, isPartitionKey: false, checks: [], references: null },
});
const settings: SourceTable = {
  name: 'public.settings',
  columns: [
    column('name', 'text', ['smtp_host', 'stripe_secret_key', 'currency', 'title']),
    column('value', 'text', ['smtp.sea.example', 'abcdefgh', 'EUR', 'Sea letters']),
  ],
};
const shops: SourceTable = {
  name: 'public.shops',
  columns: [
    column('smtp_host', 'text', ['mail.sea.example', 'relay']),
    column('webhook_url', 'text', ['https://hooks.sea.example/a']),
    column('config', 'jsonb', ['{"smtp":{"host":"smtp.sea.example"},"url":"https://sea.example"}']),
    column('about', 'text', ['we like https://sea.example very much']),
  ],
};
const none: RefreshRules = { columns: {}, patterns: [], types: {} };
const outbound: Rule = { kind: 'mask', masker: 'outbound', days: 60, by: null, percent: 10 };

test('how a setting reaches outside, by its value or by its name', () => {
  const told = [
    ...['hook=https://a.example/b', 'x=ops@sea.example', 'x=whsec_abcdefgh', 'x=smtp.sea.example', 'smtpHost=relay'],
    ...['API_TOKEN=word', 'alert_phone=+49 170 123456', 'use_token=true', 'ghost=boo', 'host=localhost'],
    ...['x=http://127.0.0.1:8/a', 'title=Sea', 'tokens_left=9999'],
  ].map((each) => reachOf(each.split('=')[0]!, each.slice(each.indexOf('=') + 1)));
  expect(told).toEqual([
    ...['url', 'email', 'key', 'host', 'host', 'secret', 'phone', null, null, null, null, null, null],
  ]);
  expect(reachOf('x', 'https://localhost.sea.example/')).toBe('url');
});

test('long values without a blank are looked at in one pass', () => {
  const long = 'MDEyMzQ1Njc4OT'.repeat(1900);
  const values = [long, `${long} ops`, `${long} @`, `"${long}": "${long}"`];
  const beganAt = performance.now();
  for (let i = 0; i < 25; i++) for (const value of values) expect(reachOf('body', value)).toBeNull();
  // A search that begins anew at each sign takes minutes.
  expect(performance.now() - beganAt).toBeLessThan(5_000);
});

test('values of settings are left to people with a rule that names the setting; a host alone is sure; a URL stays what it was', () => {
  const rules = Object.fromEntries(
    propose([settings, shops], none).map(({ column: name, rule, confidence }) => [
      name,
      [confidence, rule?.kind === 'mask' ? [rule.masker, rule.by] : rule?.kind],
    ]),
  );
  expect(rules).toMatchObject({
    'public.settings.value': ['likely', ['outbound', 'name']],
    'public.shops.smtp_host': ['sure', ['outbound', null]],
    'public.shops.webhook_url': ['sure', ['url', null]],
    'public.shops.config': ['likely', ['outbound', null]],
  });
  for (const name of ['public.user_settings', 'public.wp_usermeta'])
    expect(outboundIn({ ...settings, name }, settings.columns[1]!, [])).toBeNull();
  const plain = { ...settings, columns: ['name', 'value'].map((name) => column(name, 'text', ['a', 'b'])) };
  expect(outboundIn(plain, plain.columns[1]!, [])).toBeNull();
});

test('a host that a rule for all texts would keep stops the refresh, and so does a name that is not there', () => {
  const keepAll: RefreshRules = { columns: {}, patterns: [], types: { text: { kind: 'keep', because: null } } };
  const table = { ...shops, columns: shops.columns.slice(0, 1) };
  const kept = compilePlan([table], keepAll, new Map(), null);
  expect(!kept.ok && kept.failures.map(({ code }) => code)).toEqual(['GR5026']);
  const columns = { 'public.shops.smtp_host': { ...outbound, by: 'gone' } as Rule };
  const wrong = compilePlan([table], { ...none, columns }, new Map(), null);
  expect(!wrong.ok && wrong.failures.map(({ code }) => code)).toEqual(['GR5160']);
});

test('listed is what has the masker, and what looks like a setting whatever rule it has', () => {
  const keep: Rule = { kind: 'keep', because: 'a test' };
  const rules: RefreshRules = {
    columns: { 'public.shops.about': outbound },
    patterns: [],
    types: { text: keep, jsonb: keep },
  };
  const plan = compilePlan([settings, shops], rules, new Map(), null);
  expect(plan.ok && reachingColumns([settings, shops], plan.value).map(({ name }) => name)).toEqual([
    ...['value', 'smtp_host', 'webhook_url', 'about'],
  ]);
});

test('originals of settings are keys, addresses of people and URLs that open something; a host is none', () => {
  const read = originalsOf({ name: 'value', type: 'text', rule: outbound, isEntity: false });
  const forms = (text: string): readonly string[] => read(JSON.stringify(text)).map(({ form }) => form);
  expect(forms('sk_live_51Habcdefghij')).toContain('sk_live_51habcdefghij');
  expect(forms('Shop <billing@sea.example>')).toContain('billing@sea.example');
  for (const url of ['https://hooks.sea.example/t0aaaa1111bbbb', 'smtp://user:word@sea.example'])
    expect(forms(url)).toContain(url);
  expect([forms('https://sea.example/about'), forms('smtp.sea.example'), forms('EUR')]).toEqual([[], [], []]);
});

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { loadRefreshFile, understandRefresh } from './refresh.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'greenroom-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = path.join(folder, 'refresh.yaml');
function load(text: string) {
  writeFileSync(file, text);
  return loadRefreshFile(file);
}
function told(text: string): string[] {
  const rules = load(text);
  return rules.ok ? [] : rules.failures.map(({ code, where }) => `${code} ${where}`);
}

test('limits of the source, and what is none', () => {
  const limits = (lines: string) => {
    const read = understandRefresh(`source: { ${lines} }\n`, 'refresh.yaml');
    return read.ok ? read.value.source.limits : read.failures.map(({ where }) => where);
  };
  expect(limits('rate: 20 MB/s, replica-lag: 30s, statement-timeout: 10m')).toEqual({
    ...{ bytesPerSecond: 20_000_000, replicaLagMs: 30_000, statementTimeoutMs: 600_000 },
  });
  expect(limits('')).toEqual({ bytesPerSecond: null, replicaLagMs: null, statementTimeoutMs: null });
  for (const wrong of ['rate: 20', 'rate: 0 MB/s', 'rate: 20 GB', 'replica-lag: soon'])
    expect(limits(wrong), wrong).toEqual([expect.stringContaining('source.')]);
});

test('every form of a rule', () => {
  const rules = load(`
columns:
  public.users.email: email
  public.users.note: nothing
  public.users.born: { mask: date-shift, by: id, days: 30 }
  public.users.plan: { constant: free }
  public.users.phone: { keep: true, because: numbers of our own shops }
  public.users.extra: { json: { "contacts[].email": email, "*.kept": keep } }
patterns:
  "**.token": token
  "**.zip": digits
types:
  bool: keep
`);
  expect(rules).toMatchObject({
    ok: true,
    value: {
      source: { environment: null, url: null },
      database: null,
      key: null,
      rules: {
        columns: {
          'public.users.email': { kind: 'mask', masker: 'email', days: 60, by: null, percent: 10 },
          'public.users.note': { kind: 'null' },
          'public.users.born': { kind: 'mask', masker: 'date-shift', by: 'id', days: 30 },
          'public.users.plan': { kind: 'constant', value: 'free' },
          'public.users.phone': { kind: 'keep', because: 'numbers of our own shops' },
          'public.users.extra': {
            kind: 'json',
            paths: [
              { path: 'contacts[].email', masker: 'email' },
              { path: '*.kept', masker: 'keep' },
            ],
            rest: 'text',
          },
        },
        patterns: [{ pattern: '**.token' }, { pattern: '**.zip' }],
        types: { bool: { kind: 'keep', because: null } },
      },
    },
  });
});

test('every mistake at once, each with its place', () =>
  expect(
    told(`columns:
  public.t.a: emial
  public.t.b: { mask: email, dais: 3 }
  public.t.c: { keep: true }
  public.t.d:
  public.t.e: { json: { a: id } }
  public.t.f: { mask: date-shift, days: 0 }
colums: {}
`).map((each) => each.replace(/ {2}.*$/, '')),
  ).toEqual([
    'GR1204 refresh.yaml:2:15',
    'GR1201 refresh.yaml:3:30',
    'GR1202 refresh.yaml:4:3',
    'GR1203 refresh.yaml:5:14',
    'GR1204 refresh.yaml:6:28',
    'GR1204 refresh.yaml:7:41',
    'GR1201 refresh.yaml:8:1',
  ]));

test('a subset: shares, conditions, whole tables, references', () => {
  const rules = load(`
subset:
  roots:
    public.customers: 25 %
    public.shops: { where: "country = 'de'" }
    public.orders: { where: "at > '2026-01-01'", share: 0.5% }
  whole: [public.countries]
  references: { public.shops.owner_id: nullify }
`);
  expect(rules.ok && rules.value.subset).toEqual({
    roots: {
      'public.customers': { share: 0.25, where: null },
      'public.shops': { share: null, where: "country = 'de'" },
      'public.orders': { share: 0.005, where: "at > '2026-01-01'" },
    },
    whole: ['public.countries'],
    references: { 'public.shops.owner_id': 'nullify' },
  });
  const roots = (written: string): string[] => told(`subset: { roots: ${written} }`);
  for (const wrong of ['{}', '{ public.a: 0 % }', '{ public.a: 101 % }', '{ public.a: 0.25 }', '{ public.a: {} }'])
    expect(roots(wrong)[0], wrong).toMatch(/^GR120\d refresh\.yaml:1/);
  expect(roots('{ public.a: 100 % }')).toEqual([]);
});

test('no file, and a file that is no mapping', () => {
  const missing = loadRefreshFile(path.join(folder, 'nowhere.yaml'));
  expect(!missing.ok && missing.failures[0]?.code).toBe('GR5040');
  expect(told('- a')[0]).toMatch(/^GR1010/);
});

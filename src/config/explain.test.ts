import path from 'node:path';
import { expect, it } from 'vitest';
import { explainPath } from './explain.ts';
import { loadProject } from './load.ts';
import { testRegistries } from './testing/plugs.ts';

const loaded = loadProject(path.join(import.meta.dirname, 'testing/valid.yaml'), testRegistries);
function explain(text: string) {
  if (!loaded.ok) throw new Error(JSON.stringify(loaded.failures));
  return explainPath(loaded.value, text);
}

it('tells meaning, type, default, value and where it came from', () => {
  expect(explain('services.backend.health.within')).toEqual({
    ok: true,
    value: {
      path: 'services.backend.health.within',
      meaning: 'A health answer that takes longer is a bad one.',
      type: 'duration',
      default: '500ms',
      value: '250ms',
      from: 'valid.yaml:7:30',
      children: [],
    },
  });
});

it.each([
  ['services.frontend.health.within', '500ms', 'default'],
  ['services.frontend.health.path', '/', 'valid.yaml:9:56'],
  ['environments.staging.bake.for', '1m', 'valid.yaml:19:11'],
  ['environments.staging.bake', '{ for: 1m }', 'valid.yaml:19:5'],
  ['environments.production.bake', '{ for: 24h, every: 60s, roll-back: hold }', 'valid.yaml:22:5'],
  ['services.backend.variables', '{ LEVEL: (hidden), ANSWER: (hidden), CODE: (hidden) }', 'valid.yaml:8:5'],
  ['environments.production.driver', 'process', 'default'],
  ['environments.production.ports.backend', '4001', 'default'],
  ['environments.production.conditional.then', 'hold', 'default'],
  ['phases.health.budget', '10m', 'default'],
  ['phases.integration.budget', '15m', 'default'],
  ['phases.health.checks.answers.timeout', '1m', 'default'],
  ['phases.health.checks.answers.in', '[staging, production]', 'default'],
  ['phases.health.checks.again.within', '500ms', 'default'],
  ['databases.main.url', '${DATABASE_URL}', 'valid.yaml:11:11'],
  ['databases.main.variable', 'DATABASE_URL', 'default'],
  ['services.backend.variables.CODE', '(hidden)', 'valid.yaml:8:42'],
])('explains %s', (field, value, from) => {
  expect(explain(field)).toMatchObject({ ok: true, value: { value, from } });
});

it('lists what is below a group', () => {
  expect(explain('services')).toMatchObject({ ok: true, value: { children: ['backend', 'frontend'] } });
  expect(explain('phases')).toMatchObject({
    ok: true,
    value: { children: expect.arrayContaining(['performance', 'decision']) },
  });
  expect(explain('phases.health.checks.answers')).toMatchObject({
    ok: true,
    value: { children: expect.arrayContaining(['kind', 'path', 'timeout']) },
  });
});

it.each([
  ['services.backend.drian', 'drain'],
  ['service', 'services'],
  ['environments.stagin.bake', 'staging'],
  ['phases.health.checks.answers.pth', 'path'],
])('suggests for %s', (field, meant) => {
  expect(explain(field)).toMatchObject({
    ok: false,
    failures: [{ code: 'GR1602', do: expect.stringContaining(`Did you mean "${meant}"?`) }],
  });
});

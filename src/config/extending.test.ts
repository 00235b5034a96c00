import path from 'node:path';
import { expect, it } from 'vitest';
import { explainPath } from './explain.ts';
import { loadProject } from './load.ts';
import { folderOf } from './testing/folder.ts';
import { testRegistries } from './testing/plugs.ts';

const shared = `services:
  app: { run: node app.js, port: 3000, health: /health }
environments:
  staging: { bake: 1m, approvals: { count: 1 } }
`;
const own = `extends: ../shared.yaml
project: shop
environments:
  staging: { approvals: , keep-releases: 5 }
`;
const load = (files: Record<string, string>, name = 'app/greenroom.yaml') =>
  loadProject(path.join(folderOf(files), name), testRegistries);

it('merges what it builds on, and what is nearer wins', () => {
  const result = load({ 'shared.yaml': shared, 'app/greenroom.yaml': own });
  if (!result.ok) throw new Error(JSON.stringify(result.failures));
  expect(result.value.project.environments[0]).toMatchObject({ bake: { forMs: 60_000 }, keepReleases: 5, about: {} });
  expect(result.value.files.map((file) => path.basename(file))).toEqual(['shared.yaml', 'greenroom.yaml']);
  expect(explainPath(result.value, 'services.app.port')).toMatchObject({
    value: { from: '../shared.yaml:2:28 (extended)', value: '3000' },
  });
});

it('points into the file that holds the mistake', () => {
  const result = load({ 'shared.yaml': shared.replace('3000', 'many'), 'app/greenroom.yaml': own });
  expect(result).toMatchObject({ ok: false, failures: [{ where: '../shared.yaml:2:34  (services.app.port)' }] });
});

it('takes a list, later ones over earlier ones', () => {
  const result = load(
    {
      'a.yaml': shared,
      'b.yaml': 'services: { app: { port: 4000 } }\n',
      'greenroom.yaml': 'extends: [a.yaml, b.yaml]\nproject: shop\n',
    },
    'greenroom.yaml',
  );
  expect(result).toMatchObject({ ok: true, value: { project: { services: [{ port: 4000 }] } } });
});

it('has another hash when any of its files changes', () => {
  const hash = (text: string) => {
    const result = load({ 'shared.yaml': text, 'app/greenroom.yaml': own });
    return result.ok ? result.value.textHash : null;
  };
  expect(hash(shared)).toMatch(/^[0-9a-f]{64}$/);
  expect(hash(shared)).toBe(hash(shared));
  expect(hash(`${shared}# later\n`)).not.toBe(hash(shared));
});

it.each([
  ['missing', { 'app/greenroom.yaml': own }, 'GR1020', 'greenroom.yaml:1:10'],
  ['a folder', { 'app/greenroom.yaml': own, 'shared.yaml/x': '' }, 'GR1002', 'greenroom.yaml:1:10'],
  [
    'a circle',
    { 'app/greenroom.yaml': own, 'shared.yaml': 'extends: app/greenroom.yaml\n' },
    'GR1021',
    '../shared.yaml:1:10',
  ],
  ['itself', { 'app/greenroom.yaml': 'extends: greenroom.yaml\n' }, 'GR1021', 'greenroom.yaml:1:10'],
  ['absolute', { 'app/greenroom.yaml': 'extends: /etc/passwd\n' }, 'GR1022', 'greenroom.yaml:1:10'],
  ['an address', { 'app/greenroom.yaml': 'extends: [https://example.com/a.yaml]\n' }, 'GR1022', 'greenroom.yaml:1:11'],
  ['no text', { 'app/greenroom.yaml': 'extends: 5\n' }, 'GR1022', 'greenroom.yaml:1:10'],
])('refuses %s', (_, files, code, where) => {
  const result = load(files);
  expect(result).toMatchObject({
    ok: false,
    failures: [{ code, where: expect.stringContaining(`${where}  (extends`) }],
  });
});

import { expect, test } from 'vitest';
import { composeModel } from './model.ts';
import { noSealedFile, sealedFiles } from './sealed-files.ts';

const text = `services:
  web: { image: shop, secrets: [token, { source: key, target: k }], configs: [rules] }
  db: { image: pg, secrets: [token, outside] }
secrets:
  token: { file: ./token.txt }
  key:
    file: ./key.pem
  outside: { external: true }
  unused: { file: ./unused.txt }
configs:
  rules: { file: ./rules.json }
`;
const model = composeModel.parse({
  services: {
    web: { secrets: ['token', { source: 'key', target: 'k' }], configs: [{ source: 'rules' }] },
    db: { secrets: [{ source: 'token' }, 'outside'] },
  },
  secrets: {
    token: { file: '/p/token.txt' },
    key: { file: '/p/key.pem' },
    outside: { external: true },
    unused: { file: '/p/unused.txt' },
  },
  configs: { rules: { file: '/p/rules.json' } },
});

test('what a service is given from a file is asked for, once; what nobody is given, or lies elsewhere, is not', () => {
  expect(sealedFiles(model)).toEqual([
    { kind: 'secrets', name: 'token', file: '/p/token.txt' },
    { kind: 'secrets', name: 'key', file: '/p/key.pem' },
    { kind: 'configs', name: 'rules', file: '/p/rules.json' },
  ]);
  expect(sealedFiles(composeModel.parse({ services: { web: { image: 'shop' } } }))).toEqual([]);
});

test('one that is not there is told with the line that names it', () => {
  const files = [{ path: 'docker-compose.yml', text }];
  expect(sealedFiles(model).map((each) => noSealedFile(each, files).where)).toEqual([
    'docker-compose.yml:5:12 (secrets.token.file)',
    'docker-compose.yml:7:5 (secrets.key.file)',
    'docker-compose.yml:11:12 (configs.rules.file)',
  ]);
});

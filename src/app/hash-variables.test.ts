import { expect, test } from 'vitest';
import { sampleProject } from '../report/testing/project.ts';
import { hashVariables } from './hash-variables.ts';
import type { ResolvedVariables, World } from './world.ts';

const worldOf = (places: ResolvedVariables['places'], more: Partial<ResolvedVariables> = {}) => ({
  resolveVariables: async () => ({
    ...{ values: {}, declared: {}, secrets: [], missing: [], expand: (text: string) => text, places },
    ...more,
  }),
});
const hash = (text: string): string => `<${text}>`;
const secretsOf = async (world: Pick<World, 'resolveVariables'>) => {
  const seen = await hashVariables(world, sampleProject, 'staging', hash);
  return Object.fromEntries(seen!.values.map(({ name, secretHashes }) => [name, secretHashes]));
};

test('F084 a secret is what is registered as one, what is named like one, and the password of an address', async () => {
  const world = worldOf(
    [
      { name: 'REGION', value: 'eu' },
      { name: 'LICENCE', value: 'from-a-file' },
      { name: 'API_KEY', value: 'k1' },
      { name: 'EMPTY_KEY', value: '' },
      { name: 'services.keyed.variables.MODE', value: 'fast' },
      { name: 'services.web.variables.SIGNING_KEY', value: 'k2' },
      { name: 'databases.main.url', value: 'postgres://app:p%40ss@db/x' },
    ],
    { secrets: ['from-a-file'] },
  );
  expect(await secretsOf(world)).toEqual({
    REGION: [],
    LICENCE: ['<from-a-file>'],
    API_KEY: ['<k1>'],
    'services.keyed.variables.MODE': [],
    'services.web.variables.SIGNING_KEY': ['<k2>'],
    'databases.main.url': ['<p@ss>'],
  });
});

test('F084 what could not be resolved is told, and an environment that is not declared is none', async () => {
  const world = worldOf([], { missing: ['API_KEY needs the secret env/X, which is not there.'] });
  expect(await hashVariables(world, sampleProject, 'staging', hash)).toMatchObject({ missing: [expect.any(String)] });
  expect(await hashVariables(world, sampleProject, 'nowhere', hash)).toBeNull();
});

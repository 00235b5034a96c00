import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sampleProject } from '../report/testing/project.ts';
import { configurationHash, configurationOf, differences, underConfiguration } from './configuration.ts';
import { canonical, type Json } from './json.ts';
import type { Project } from './project.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const hashOf = (project: Project): string => configurationHash(project, hash);
const [service, ...services] = sampleProject.services;
const asRoot: Project = { ...sampleProject, services: [{ ...service!, run: ['node', 'evil.mjs'] }, ...services] };

test('how a release runs and what is asked of it is pinned; where it runs and where the file says so is not', () => {
  const pinned = hashOf(sampleProject);
  expect(hashOf(asRoot)).not.toBe(pinned);
  expect(hashOf({ ...sampleProject, phases: sampleProject.phases.slice(1) })).not.toBe(pinned);
  expect(hashOf({ ...sampleProject, databases: [] })).not.toBe(pinned);
  expect(hashOf({ ...sampleProject, caches: [{ name: 'c', url: 'u', variable: 'V', disabledIn: [] }] })).not.toBe(
    pinned,
  );
  expect(hashOf({ ...sampleProject, environments: [], path: [], directory: '/elsewhere' })).toBe(pinned);
  const moved = sampleProject.phases.map((phase) => ({
    ...phase,
    checks: phase.checks.map((check) => ({ ...check, where: 'greenroom.yaml:999:1' })),
  }));
  expect(hashOf({ ...sampleProject, phases: moved })).toBe(pinned);
});

test('under the configuration of another time only that is another', () => {
  expect(hashOf(underConfiguration(sampleProject, asRoot))).toBe(hashOf(asRoot));
  expect(underConfiguration(sampleProject, asRoot).environments).toBe(sampleProject.environments);
});

test('what differs is named by its place', () => {
  expect(differences(configurationOf(sampleProject), configurationOf(asRoot))).toEqual([
    `services.${service!.name}.run`,
  ]);
  const more = { ...sampleProject, services: [...sampleProject.services, { ...service!, name: 'worker' }] };
  expect(differences(configurationOf(sampleProject), configurationOf(more))).toEqual(['services.worker']);
  expect(differences(configurationOf(more), configurationOf(sampleProject))).toEqual(['services.worker']);
});

test('equal documents differ nowhere, and others that are no lists of names differ somewhere', () => {
  const json = fc.jsonValue() as fc.Arbitrary<Json>;
  fc.assert(
    fc.property(json, (one) => {
      expect(differences(one, JSON.parse(canonical(one)) as Json)).toEqual([]);
    }),
  );
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.integer()), fc.dictionary(fc.string(), fc.integer()), (one, other) => {
      expect(differences(one, other).length > 0).toBe(canonical(one) !== canonical(other));
    }),
  );
});

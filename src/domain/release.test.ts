import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { makeRelease, type ReleaseParts } from './release.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const text = fc.string({ maxLength: 8 });
const parts: fc.Arbitrary<ReleaseParts> = fc.record({
  version: text,
  commit: fc.option(text),
  dirty: fc.boolean(),
  artifacts: fc.dictionary(text, text, { maxKeys: 3 }),
  configuration: text,
  migrations: fc.option(text),
});

test('equal parts have one revision, whatever the order in which they are told', () => {
  fc.assert(
    fc.property(parts, (each) => {
      const turned = Object.fromEntries(Object.entries(each).reverse()) as unknown as ReleaseParts;
      expect(makeRelease('p', turned, hash)).toEqual(makeRelease('p', each, hash));
    }),
  );
});

test('F064 any changed part, or another project, is another release', () => {
  const changes: readonly ((each: ReleaseParts) => ReleaseParts)[] = [
    (each) => ({ ...each, version: `${each.version}x` }),
    (each) => ({ ...each, commit: `${each.commit ?? ''}x` }),
    (each) => ({ ...each, commit: each.commit === null ? 'null' : null }),
    (each) => ({ ...each, dirty: !each.dirty }),
    (each) => ({ ...each, artifacts: { ...each.artifacts, tree: `${each.artifacts['tree'] ?? ''}x` } }),
    (each) => ({ ...each, configuration: `${each.configuration}x` }),
    (each) => ({ ...each, migrations: `${each.migrations ?? ''}x` }),
  ];
  fc.assert(
    fc.property(parts, fc.constantFrom(...changes), (each, change) => {
      const release = makeRelease('p', each, hash);
      expect(makeRelease('p', change(each), hash).revision).not.toBe(release.revision);
      expect(makeRelease('q', each, hash).revision).not.toBe(release.revision);
    }),
  );
});

test('the id is the beginning of the revision, and the parts stay as they were', () => {
  fc.assert(
    fc.property(parts, (each) => {
      const release = makeRelease('p', each, hash);
      expect(release.id).toBe(`rel_${release.revision.slice(0, 12)}`);
      expect(release).toMatchObject({ project: 'p', version: each.version, parts: each });
    }),
  );
});

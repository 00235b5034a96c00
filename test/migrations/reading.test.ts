// What the parser's door and the rules of reading make of the whole corpus, in figures that must not grow worse.
import { beforeAll, expect, test } from 'vitest';
import type { RehearsalFinding } from '../../src/domain/rehearsal/finding.ts';
import { stops } from '../../src/domain/rehearsal/reason.ts';
import { corpus, type Case } from './corpus.ts';
import { readingOf, textReasons } from './reading.ts';

const read: { readonly migration: Case; readonly findings: readonly RehearsalFinding[] | null }[] = [];
beforeAll(async () => {
  for (const migration of corpus()) read.push({ migration, findings: await readingOf(migration) });
});
const gives = (findings: readonly RehearsalFinding[] | null, reason: string) =>
  (findings ?? []).some((each) => each.reason === reason);

test('PostgreSQL 18 reads all of the corpus but the one that is meant to be unreadable', () => {
  expect(read.filter(({ findings }) => findings === null).map(({ migration }) => migration.file)).toEqual([
    'bad/syntax.sql',
  ]);
});

/** A procedure that commits is called by its name alone, and a text put together at run time is none to read: both are measured. */
const hidden = ['bad/procedure-that-commits.sql own-transaction', 'bad/copy-program-in-a-do-block.sql reaches-outside'];

test('each reason that a text can give is given, but where the text does not say it', () => {
  const asked = read.flatMap(({ migration, findings }) =>
    migration.expected.reasons
      .filter((reason) => textReasons.includes(reason))
      .map((reason) => ({ name: `${migration.file} ${reason}`, reason, isGiven: gives(findings, reason) })),
  );
  const rows = textReasons.map((reason) => {
    const all = asked.filter((each) => each.reason === reason);
    return `${reason}: ${all.filter(({ isGiven }) => isGiven).length} of ${all.length}`;
  });
  console.info(`by reading alone: ${rows.join(', ')}`);
  expect(asked.filter(({ isGiven }) => !isGiven).map(({ name }) => name)).toEqual(hidden);
  expect(asked).toHaveLength(29);
});

test('no safe migration is stopped by its text, and nothing is stopped for a reason that it has not', () => {
  const wrong = read.flatMap(({ migration, findings }) =>
    (findings ?? [])
      .filter(({ reason }) => stops(reason) && !(migration.expected.reasons as readonly string[]).includes(reason))
      .map(({ reason }) => `${migration.file} ${reason}`),
  );
  expect(wrong).toEqual([]);
});

test('of the safe ones that may simply go, one is warned of: its constraint is taken away for a better one', () => {
  const warned = read.filter(
    ({ migration, findings }) =>
      migration.kind === 'safe' && migration.expected.decision === 'go' && (findings ?? []).length > 0,
  );
  expect(warned.map(({ migration }) => migration.file)).toEqual(['safe/not-null-by-a-valid-check.sql']);
});

test('a finding names the file and the line of its statement', () => {
  const { migration, findings } = read.find((each) => each.migration.name === 'begins-and-commits')!;
  const lines = migration.script.up.split('\n');
  const own = (findings ?? []).filter(({ reason }) => reason === 'own-transaction');
  expect(own.map(({ place }) => [place?.file, lines[place!.line - 1]?.toLowerCase()])).toEqual([
    [migration.file, 'begin;'],
    [migration.file, 'commit;'],
  ]);
});

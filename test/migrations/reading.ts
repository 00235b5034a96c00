// What reading alone makes of a migration of the corpus: the parser's door and the rules, and sizes of production.
import { judgeRehearsal } from '../../src/domain/rehearsal/judge-rehearsal.ts';
import type { RehearsalFinding } from '../../src/domain/rehearsal/finding.ts';
import { lint, type KnownIndex } from '../../src/domain/rehearsal/lint.ts';
import { goodFacts } from '../../src/domain/rehearsal/testing/samples.ts';
import { parseMigration } from '../../src/rehearsal/parse-migration.ts';
import { productionBytes } from './base.ts';
import type { Case } from './corpus.ts';
import type { Reason } from './expectation.ts';

/** Reasons that a text can give. The rest only a database can. */
export const textReasons: readonly Reason[] = [
  ...(['reaches-outside', 'own-transaction', 'own-lock-timeout'] as const),
  ...(['lock-avoidable', 'promise-withdrawn', 'unindexed-reference'] as const),
];

const baseIndexes: readonly KnownIndex[] = [
  { name: 'users_email', relation: 'users', columns: ['email'] },
  { name: 'users_legacy', relation: 'users', columns: ['legacy'] },
];

/** Everything but the text is well. Null: PostgreSQL 18 does not read it. */
export async function readingOf({ file, script }: Case): Promise<readonly RehearsalFinding[] | null> {
  const parsed = await parseMigration(file, script.up);
  if (parsed.status === 'unreadable') return null;
  const made = script.before === null ? [] : await indexesOf(script.before.text);
  const tables = Object.entries(productionBytes).map(([relation, bytes]) => ({
    ...{ relation, copyBytes: bytes, productionBytes: bytes },
  }));
  return judgeRehearsal({ ...goodFacts, tables, lint: lint(parsed.statements, [...baseIndexes, ...made]) }).findings;
}

async function indexesOf(before: string): Promise<readonly KnownIndex[]> {
  const parsed = await parseMigration('before', before);
  if (parsed.status === 'unreadable') return [];
  return parsed.statements.flatMap(({ deeds }) => deeds.filter((deed) => deed.kind === 'create-index'));
}

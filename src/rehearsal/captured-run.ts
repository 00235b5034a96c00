// The old version's captured statements: met, tried on the schema of before, and tried again on the migrated one.
import type pg from 'pg';
import type { CapturedStatements } from '../domain/rehearsal/captured.ts';
import { judgeTries, type Tried } from '../domain/rehearsal/captured-tries.ts';
import { harderTables, type WriteRule } from '../domain/rehearsal/harder-tables.ts';
import type { Capture } from './capture.ts';
import { capturedStatements, type CapturedStatement } from './captured-statement.ts';
import type { Scratch } from './scratch.ts';
import { enumWords, tableKin, writeRules } from './table-rules.ts';
import { tryStatement } from './try-statement.ts';

/** As they ended before; the values they are tried with stay in memory. */
export interface TriedBefore {
  readonly source: string;
  readonly statements: readonly CapturedStatement[];
  readonly tried: readonly Tried[];
  readonly rules: readonly WriteRule[];
  readonly words: ReadonlyMap<string, readonly string[]>;
  readonly unreadable: number;
  readonly excepted: number;
}

const mostSamples = 5;

/** Alike but for their values is one, with some of the values. */
async function toldApart({ met, hidden }: Capture, except: readonly string[]) {
  const found = new Map<string, CapturedStatement>();
  const excepted = new Set<string>();
  let unreadable = hidden;
  for (const each of met) {
    const statements = await capturedStatements(each);
    if (statements === null || (each.text === '' && each.values === 'unknown')) unreadable += 1;
    for (const statement of statements ?? []) {
      if (statement.kind === 'session') continue;
      const { shown, types, samples } = statement;
      if (except.includes(shown)) {
        excepted.add(shown);
        continue;
      }
      // The text is cut where it is told, so two that begin alike are told apart by their length.
      const key = JSON.stringify([shown, types, shown.endsWith('…') ? statement.text.length : 0]);
      const known = found.get(key);
      if (known === undefined) found.set(key, statement);
      else if (known.samples.length < mostSamples)
        found.set(key, { ...known, samples: [...known.samples, ...samples] });
    }
  }
  return { statements: [...found.values()], unreadable, excepted: excepted.size };
}

/** On a clone that nobody has migrated. */
export async function tryBefore(
  scratch: Scratch,
  {
    capture,
    except,
    role,
  }: { readonly capture: Capture; readonly except: readonly string[]; readonly role: string | null },
): Promise<TriedBefore> {
  const apart = await toldApart(capture, except);
  const looker = await scratch.connect('greenroom looker');
  const [rules, words] = [await writeRules(looker), await enumWords(looker)];
  return { source: capture.source, ...apart, rules, words, tried: await tryAll(scratch, apart.statements, role) };
}

/** On one that was migrated. */
export async function tryAfter(
  scratch: Scratch,
  { statements, rules, words, tried: before, source, unreadable, excepted }: TriedBefore,
  role: string | null,
): Promise<CapturedStatements> {
  const looker = await scratch.connect('greenroom looker');
  const now = await enumWords(looker);
  // One that is gone altogether is met by its plan.
  const narrower = [...words].flatMap(([type, had]) =>
    now.has(type) && had.some((word) => !now.get(type)!.includes(word)) ? [type] : [],
  );
  const harder = harderTables(rules, await writeRules(looker));
  const ground = { ...(await tableKin(looker)), harder, narrower };
  const after = await tryAll(scratch, statements, role);
  const tries = statements.map(({ shown }, index) => ({ text: shown, before: before[index]!, after: after[index]! }));
  return { source, unreadable, excepted, ...judgeTries(tries, ground) };
}

async function tryAll(
  scratch: Scratch,
  statements: readonly CapturedStatement[],
  role: string | null,
): Promise<readonly Tried[]> {
  const client: pg.Client = await scratch.connect('greenroom canary');
  await client.query(`set session authorization "${(role ?? scratch.name).replaceAll('"', '""')}"`);
  const tried: Tried[] = [];
  for (const each of statements) tried.push(await tryStatement(client, each));
  return tried;
}

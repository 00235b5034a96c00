// The old version's captured statements: met, tried on the schema of before, and tried again on the migrated one.
import type { CapturedStatements } from '../domain/rehearsal/captured.ts';
import { judgeTries, type Tried } from '../domain/rehearsal/captured-tries.ts';
import { harderTables, type WriteRule } from '../domain/rehearsal/harder-tables.ts';
import { openApplication } from './application.ts';
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

/** Who the old version is. */
type As = Parameters<typeof openApplication>[1];

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
  { capture, except, ...as }: As & { readonly capture: Capture; readonly except: readonly string[] },
): Promise<TriedBefore> {
  const apart = await toldApart(capture, except);
  const looker = await scratch.connect('greenroom looker');
  const [rules, words] = [await writeRules(looker), await enumWords(looker)];
  return { source: capture.source, ...apart, rules, words, tried: await tryAll(scratch, apart.statements, as) };
}

/** On one that was migrated. */
export async function tryAfter(
  scratch: Scratch,
  { statements, rules, words, tried: before, source, unreadable, excepted }: TriedBefore,
  as: As,
): Promise<CapturedStatements> {
  const looker = await scratch.connect('greenroom looker');
  const now = await enumWords(looker);
  // One that is gone altogether is met by its plan.
  const narrower = [...words].flatMap(([type, had]) =>
    now.has(type) && had.some((word) => !now.get(type)!.includes(word)) ? [type] : [],
  );
  const harder = harderTables(rules, await writeRules(looker));
  const ground = { ...(await tableKin(looker)), harder, narrower };
  const after = await tryAll(scratch, statements, as);
  const tries = statements.map(({ shown }, index) => ({ text: shown, before: before[index]!, after: after[index]! }));
  return { source, unreadable, excepted, ...judgeTries(tries, ground) };
}

async function tryAll(scratch: Scratch, statements: readonly CapturedStatement[], as: As): Promise<readonly Tried[]> {
  const client = await openApplication(scratch, as);
  const tried: Tried[] = [];
  for (const each of statements) tried.push(await tryStatement(client, each));
  return tried;
}

// The run that is looked at: old version before, canary and observer while, old version, fingerprints and INVALID indexes after.
import type { AskedRelation, OldStatement, ReshapedRelation, UnmetChange } from '../domain/rehearsal/facts.ts';
import type { SchemaFact, TableData } from '../domain/rehearsal/fingerprint.ts';
import { unaskedSchemas } from '../domain/rehearsal/search-path.ts';
import { reshapedRelations } from '../domain/rehearsal/reshaped.ts';
import { otherSettings, sessionSettings } from './new-session-settings.ts';
import { openApplication } from './application.ts';
import { startCanary, type Song } from './canary.ts';
import { knownIndexes, versionsOf } from './copy-facts.ts';
import { dataColumns, dataFingerprint } from './database-fingerprint.ts';
import { lockTimeouts } from './lock-timeouts.ts';
import { openObserver, type Observation } from './observer.ts';
import type { RehearsalOrder, Versions } from './order.ts';
import { askedRelations } from './old-locks.ts';
import { placesOf } from './places.ts';
import type { MigrationStatement } from './parse-migration.ts';
import { plainSchemaAlone } from './plain-schema.ts';
import { invalidIndexes, relationsOf, type Relation } from './relations.ts';
import { runCommand, type RunEnd } from './run-command.ts';
import type { Scratch } from './scratch.ts';
import { watchShape } from './shape-watch.ts';
import { endsOf } from './statement-end.ts';

export interface ObservedRun {
  readonly end: RunEnd;
  readonly observation: Observation;
  readonly song: Song;
  readonly relations: readonly Relation[];
  readonly versions: Versions;
  /** Of the copy, before. */
  readonly schema: readonly SchemaFact[];
  readonly indexes: Awaited<ReturnType<typeof knownIndexes>>;
  readonly invalid: readonly string[];
  /** Empty when it failed. */
  readonly oldVersion: readonly OldStatement[];
  readonly goneTables: readonly string[];
  readonly asked: readonly AskedRelation[];
  /** Names of settings that a session gets since, and did not before. */
  readonly newSettings: readonly string[];
  /** Null: nobody knows who logs in to production. */
  readonly unaskedSchemas: readonly string[] | null;
  /** Empty when it failed. */
  readonly reshaped: readonly ReshapedRelation[];
  /** Empty when it failed. */
  readonly unmet: readonly UnmetChange[];
}

/** A command that does not end in time is ended by who runs it, so that what it printed is kept. */
const toEndMs = 5_000;

export async function observedRun(
  scratch: Scratch,
  order: RehearsalOrder,
  statements: readonly MigrationStatement[],
  captured: readonly string[] = [],
): Promise<ObservedRun> {
  const { oldStatements, applicationRole } = order;
  const application = () => openApplication(scratch, order);
  const looker = await scratch.connect('greenroom looker');
  const relations = await relationsOf(looker);
  const [versions, indexes] = [await versionsOf(looker), await knownIndexes(looker)];
  const schema = await plainSchemaAlone(looker);
  const columns = await dataColumns(looker);
  const before = await dataFingerprint(looker, columns);
  const invalidBefore = await invalidIndexes(looker);
  const roles = [scratch.name, ...(applicationRole === null ? [] : [applicationRole])];
  const settings = await sessionSettings(looker, roles);
  const asker = await application();
  const endsBefore = await endsOf(asker, oldStatements);
  const asked = await askedRelations(asker, oldStatements, relations);
  const ended = oldStatements.filter((_, index) => 'rows' in endsBefore[index]!);
  const shape = await watchShape({ scratch, looker, asker }, { order, relations, texts: [...ended, ...captured] });
  const beganMs = performance.now();
  const observer = await openObserver({
    beganMs,
    client: await scratch.connect('greenroom observer'),
    relations,
    rows: new Map(before.tables.map(({ relation, rows }) => [shortName(relation), rows])),
    placeOf: placesOf(statements),
    timeouts: lockTimeouts(order.lockTimeoutMs),
  });
  const canary = await startCanary(oldStatements, application, beganMs);
  const limitMs = order.limitMs + toEndMs;
  const running = runCommand({ scratch, command: order.migrate, watcher: observer, limitMs });
  // Whatever becomes of it, nobody goes on asking a clone that is dropped.
  await running.catch(() => undefined);
  const song = await canary.stop();
  await observer.close();
  const end = await running;
  const endsAfter = end.failedWith === null ? await endsOf(asker, oldStatements) : [];
  const after = await dataFingerprint(looker, columns);
  const invalid = await invalidIndexes(looker);
  const schemaAfter = await plainSchemaAlone(looker);
  return {
    ...{ end, song, relations, versions, schema, indexes, observation: observer.seen() },
    invalid: invalid.filter((name) => !invalidBefore.includes(name) || end.failedWith === null),
    oldVersion: endsAfter.map((each, index) => ({
      ...{ text: oldStatements[index]!, before: endsBefore[index]!, after: each },
    })),
    asked,
    newSettings: otherSettings(settings, await sessionSettings(looker, roles)),
    reshaped: end.failedWith === null ? reshapedRelations(schema, schemaAfter) : [],
    unaskedSchemas: order.logins ? unaskedSchemas(order.logins, applicationRole, [schema, schemaAfter]) : null,
    unmet: end.failedWith === null ? await shape.unmet(asked) : [],
    goneTables: goneOf(before.tables, after.tables),
  };
}

/** The fingerprint names every schema, the facts leave out the usual one. */
export const shortName = (name: string): string => name.replace(/^public\./, '');

/** Dropped, lacking a column, or with fewer rows. */
function goneOf(before: readonly TableData[], after: readonly TableData[]): readonly string[] {
  const rowsAfter = new Map(after.map(({ relation, rows }) => [relation, rows]));
  return before
    .filter(({ relation, rows }) => rows > 0 && (rowsAfter.get(relation) ?? -1) < rows)
    .map(({ relation }) => shortName(relation));
}

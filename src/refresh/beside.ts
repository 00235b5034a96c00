// Databases beside the target: the one that is being built, and the one that was replaced. Each says in its name and its comment what it is.
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from 'pg';
import { fail } from '../domain/failure.ts';
import { literal, quoted } from './connect.ts';

export const leftover = 'greenroom-refresh: may be dropped';
const MOST_NAME_BYTES = 63;

/** What every name beside the target begins with; whole names may be too long for it. */
function stemOf(target: string): string {
  const mark = `_greenroom_${createHash('sha256').update(target).digest('hex').slice(0, 6)}`;
  let stem = target;
  while (Buffer.byteLength(stem) > MOST_NAME_BYTES - mark.length - 10) stem = Array.from(stem).slice(0, -1).join('');
  return stem + mark;
}

export const nameBeside = (target: string): string => stemOf(target) + randomBytes(5).toString('hex');

export const isBeside = (target: string, name: string): boolean =>
  name.startsWith(stemOf(target)) && /^[0-9a-f]{10}$/.test(name.slice(stemOf(target).length));

export interface TargetFacts {
  readonly name: string;
  readonly owner: string;
  readonly comment: string | null;
}

/** Who holds the lock is making or dropping a database: it ends soon, and PostgreSQL ends it even where a kill has taken its client. */
const isEnding = `SELECT EXISTS (SELECT FROM pg_locks l JOIN pg_stat_activity a ON a.pid = l.pid
  WHERE l.locktype = 'advisory' AND l.granted AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())
    AND ((l.classid::bigint << 32) | l.objid::bigint) = hashtextextended($1, 727275) AND a.state = 'active' AND a.query ~ '^(DROP|CREATE) DATABASE') AS is`;
const MOST_WAITS = 300;

/** One refresh or seeding of a database at a time; ends with the connection, so with the process. */
export async function lockTarget(admin: Client, target: string): Promise<void> {
  for (let waits = 0; ; waits++) {
    const { rows } = await admin.query<{ isOurs: boolean }>(
      'SELECT pg_try_advisory_lock(hashtextextended($1, 727275)) AS "isOurs"',
      [target],
    );
    if (rows[0]!.isOurs) return;
    const { rows: ending } = await admin.query<{ is: boolean }>(isEnding, [target]);
    if (!ending[0]!.is || waits === MOST_WAITS) break;
    await sleep(100);
  }
  fail({
    code: 'GR5057',
    message: `Another refresh or seeding of ${target} is under way.`,
    where: target,
    do: 'Wait until it has ended.',
  });
}

/** Throws `GR5056` when the role cannot make a database or is not the owner of this one. */
export async function readTarget(admin: Client, name: string): Promise<TargetFacts> {
  const { rows } = await admin.query<TargetFacts & { mayReplace: boolean; role: string }>(
    `SELECT d.datname AS name, o.rolname AS owner, shobj_description(d.oid, 'pg_database') AS comment, current_user AS role,
      (u.rolsuper OR (u.rolcreatedb AND pg_has_role(d.datdba, 'USAGE'))) AS "mayReplace"
    FROM pg_database d JOIN pg_roles o ON o.oid = d.datdba JOIN pg_roles u ON u.rolname = current_user WHERE d.datname = $1`,
    [name],
  );
  const [found] = rows;
  if (!found?.mayReplace)
    return fail({
      code: 'GR5056',
      message: found
        ? `The role ${found.role} cannot make a database beside ${name} and take its place.`
        : `There is no database ${name} at the target.`,
      where: name,
      do: found
        ? `Give it the right:  ALTER ROLE ${quoted(found.role)} CREATEDB;  and make it the owner:  ALTER DATABASE ${quoted(name)} OWNER TO ${quoted(found.role)};`
        : 'Deploy to the environment first, or look at the address.',
    });
  return { name: found.name, owner: found.owner, comment: found.comment };
}

/** Stays with a database whatever its name becomes. */
export async function identityOf(admin: Client, name: string): Promise<string> {
  const { rows } = await admin.query<{ identity: string }>(
    `SELECT (SELECT system_identifier FROM pg_control_system()) || '/' || oid AS identity FROM pg_database WHERE datname = $1`,
    [name],
  );
  return rows[0]!.identity;
}

/** Removes what a refresh that was killed has left. Only under the lock. Names of what was removed. */
export async function sweep(admin: Client, target: string): Promise<readonly string[]> {
  const { rows } = await admin.query<{ name: string }>(
    `SELECT datname AS name FROM pg_database d WHERE pg_has_role(datdba, 'USAGE')
      AND coalesce(shobj_description(oid, 'pg_database'), $1) = $1`,
    [leftover],
  );
  const found = rows.map(({ name }) => name).filter((name) => isBeside(target, name));
  for (const name of found) await drop(admin, name);
  return found;
}

/** With whoever is connected to it. A kill in the middle leaves what the next run removes. */
export async function drop(admin: Client, name: string): Promise<void> {
  await admin.query(dropStatement(name));
}
export const dropStatement = (name: string): string => `DROP DATABASE IF EXISTS ${quoted(name)} WITH (FORCE)`;

/** An empty database with the owner, encoding and locale of the target. */
export async function createBeside(admin: Client, target: TargetFacts, name: string): Promise<void> {
  const { rows } = await admin.query<{ d: Record<string, string | number | null>; version: number }>(
    `SELECT to_jsonb(d) || jsonb_build_object('coding', pg_encoding_to_char(encoding)) AS d, current_setting('server_version_num')::int AS version
     FROM pg_database d WHERE datname = $1`,
    [target.name],
  );
  const d = rows[0]!.d;
  const provider = { c: 'libc', i: 'icu', b: 'builtin' }[String(d['datlocprovider'] ?? 'c')];
  const locale = d['datlocale'] ?? d['daticulocale'] ?? null;
  const options = [
    ...['TEMPLATE template0', `OWNER ${quoted(target.owner)}`, `ENCODING ${literal(String(d['coding']))}`],
    ...[`LC_COLLATE ${literal(String(d['datcollate']))}`, `LC_CTYPE ${literal(String(d['datctype']))}`],
    ...(provider === 'libc' ? [] : [`LOCALE_PROVIDER ${provider}`]),
    ...(provider === 'icu' ? [`ICU_LOCALE ${literal(String(locale))}`] : []),
    ...(provider === 'builtin' ? [`BUILTIN_LOCALE ${literal(String(locale))}`] : []),
    ...(d['daticurules'] ? [`ICU_RULES ${literal(String(d['daticurules']))}`] : []),
  ];
  await admin.query(`CREATE DATABASE ${quoted(name)} ${options.join(' ')}`);
  await admin.query(`COMMENT ON DATABASE ${quoted(name)} IS ${literal(leftover)}`);
}

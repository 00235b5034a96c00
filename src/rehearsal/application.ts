// A session like one of the old version's.
import pg from 'pg';
import { askedAs, ownerAmong, schemasOn, type Login } from '../domain/rehearsal/search-path.ts';
import type { RehearsalOrder } from './order.ts';
import type { Scratch } from './scratch.ts';

/** As the declared role, or as who owns everything; names without a schema mean what they mean to that role in production. */
export async function openApplication(
  scratch: Scratch,
  { applicationRole, logins }: Pick<RehearsalOrder, 'applicationRole' | 'logins'>,
): Promise<pg.Client> {
  const client = await scratch.connect('greenroom canary');
  await client.query(`set session authorization ${pg.escapeIdentifier(applicationRole ?? scratch.name)}`);
  const path = pathOf(askedAs(logins ?? [], applicationRole));
  if (path !== null) await client.query(`select set_config('search_path', $1, false)`, [path]);
  return client;
}

/** What who migrates in production finds without being told; null where nobody knows who that is. */
export const migratorsPath = ({ logins }: Pick<RehearsalOrder, 'logins'>): string | null =>
  pathOf(ownerAmong(logins ?? []));

/** With the role's name spelled out: on a clone another role has its place. */
const pathOf = (login: Login | null): string | null =>
  login &&
  schemasOn(login)
    .map((schema) => pg.escapeIdentifier(schema))
    .join(', ');

import { fail } from '../domain/failure.ts';

/** Classes of SQLSTATE and of look-ups that no waiting mends: 28 not let in, 3D no such database, 42501 may not, no such host. */
const shut = /^(28|3D|42501)|^(ENOTFOUND|EAI_AGAIN)$/;

/** Throws `GR3106` for what is no address of a PostgreSQL database. */
export function requireAddress(url: string): void {
  if (URL.canParse(url) && /^postgres(ql)?:$/.test(new URL(url).protocol)) return;
  fail({
    code: 'GR3106',
    message: "The address of Greenroom's database is not one of PostgreSQL.",
    where: 'DATABASE_URL',
    do: 'Write it as postgresql://user:password@host:5432/database; special characters of the password as %40, %2F …',
  });
}

/** Throws `GR3107` for a database that is there and lets nobody of this name in; answers otherwise. */
export function requireEntrance(error: unknown, url: string): void {
  if (!(error instanceof Error && 'code' in error && shut.test(String(error.code)))) return;
  fail({
    code: 'GR3107',
    message: `Greenroom's database does not let it in: ${error.message}.`,
    where: placeOf(url),
    do: 'Mend DATABASE_URL, or make role and database: create role greenroom login password …; create database greenroom owner greenroom.',
  });
}

/** Where a database is, never with who may enter. */
export function placeOf(url: string): string {
  if (!URL.canParse(url)) return 'DATABASE_URL';
  const { host, pathname } = new URL(url);
  return `postgresql://${host}${pathname}`;
}

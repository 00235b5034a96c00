import type { Project } from '../domain/project.ts';
import type { CheckContext, DeclaredMigration } from '../kinds/check.ts';

/** What is declared of databases that migrate, with the addresses as they were resolved. */
export const declaredMigrations = (
  project: Project,
  databases: CheckContext['databases'],
): readonly DeclaredMigration[] =>
  project.databases.flatMap(({ name, variable, migrate, back, forwardOnly, budgetMs, lockTimeoutMs, source }) => {
    if (migrate === null) return [];
    const url = databases.find((each) => each.name === name)?.url ?? '';
    const ownServer = source.kind === 'embedded' ? Object.assign(new URL(url), { pathname: '/postgres' }).href : null;
    return [{ ...{ database: name, variable, migrate, back, forwardOnly, budgetMs, lockTimeoutMs, ownServer } }];
  });

import type { Project } from '../domain/project.ts';
import type { CheckContext } from '../kinds/check.ts';

/** Superuser's addresses of the PostgreSQL that Greenroom embeds, by each database that is of it. */
export const ownServersOf = (project: Project, databases: CheckContext['databases']): Record<string, string> =>
  Object.fromEntries(
    project.databases.flatMap(({ name, source }) => {
      const url = databases.find((each) => each.name === name)?.url ?? '';
      if (source.kind !== 'embedded') return [];
      return [[name, Object.assign(new URL(url), { pathname: '/postgres' }).href]];
    }),
  );

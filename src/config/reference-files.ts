import { editorSchema } from './json-schema.ts';
import { checksPage, configurationPage } from './reference-pages.ts';
import { refreshPage } from './reference-refresh.ts';
import { seedPage } from './reference-seed.ts';
import type { Registries } from './registries.ts';

/** Everything that is drawn from the schemas: path in the repository → text. */
export const referenceFiles = (registries: Registries): ReadonlyMap<string, string> =>
  new Map([
    ['schema/greenroom.schema.json', `${JSON.stringify(editorSchema(registries), null, 2)}\n`],
    ['docs/reference/configuration.md', configurationPage(registries)],
    ['docs/reference/checks.md', checksPage(registries)],
    ['docs/reference/refresh.md', refreshPage()],
    ['docs/reference/seed.md', seedPage()],
  ]);

import type { Check } from '../kinds/check.ts';
import { gatherRehearsal } from './migration-rehearsal/gather.ts';
import { judgeMigration, type RehearsalData } from './migration-rehearsal/judge.ts';
import { schema, type MigrationRehearsalConfig } from './migration-rehearsal/schema.ts';

export const migrationRehearsal: Check<MigrationRehearsalConfig, RehearsalData> = {
  kind: 'migration-rehearsal',
  summary:
    'Runs the migration on clones of a copy of production: what it locks, whom it stops, and whether it can go back.',
  schema,
  runs: 'alone',
  needs: 'own-copy',
  defaultIn: 'before-last',
  gather: (config, context, signal) => gatherRehearsal(config, context, 'full', signal),
  judge: (_, data) => judgeMigration(data),
};

import type { Check } from '../kinds/check.ts';
import { gatherBackup } from './backup/gather.ts';
import { judgeBackup, type BackupData } from './backup/judge.ts';
import { schema, type BackupConfig } from './backup/schema.ts';

export const backup: Check<BackupConfig, BackupData> = {
  kind: 'backup',
  summary:
    'Restores the newest backup into a scratch database: its age, its size, its schema, its rows, and how long it takes.',
  schema,
  runs: 'alone',
  defaultIn: 'everywhere',
  gather: (config, context, signal) => gatherBackup(config, context, signal),
  judge: (config, data) => judgeBackup(config, data),
};

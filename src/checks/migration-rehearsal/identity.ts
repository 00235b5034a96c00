// What names a migration: its files and the commands that are run, wherever somebody asks for them.
import path from 'node:path';
import { fail } from '../../domain/failure.ts';
import type { MigrationText } from '../../domain/rehearsal/digest.ts';
import type { DeclaredMigration } from '../../kinds/check.ts';
import type { Files } from '../../kinds/effects.ts';
import type { MigrationRehearsalConfig } from './schema.ts';

/** Read in a second or two, in which nobody asks for the old version; of 64 the parser's memory comes to its end. */
const mostMebibytes = 8;
const mostBytes = mostMebibytes * 1024 * 1024;

/** `directory`: a tree of the release. Throws `GR5107` where files are not there or cannot be read whole. */
export const migrationText = async (
  config: MigrationRehearsalConfig,
  migration: Pick<DeclaredMigration, 'migrate' | 'back'>,
  directory: string,
  files: Files,
): Promise<MigrationText> => ({
  files: await filesOf(config, directory, files),
  commands: [migration.migrate, config['forward-fix'] ?? migration.back ?? [], config.write ?? []].map((words) =>
    JSON.stringify(words),
  ),
});

async function filesOf(
  { files }: MigrationRehearsalConfig,
  directory: string,
  door: Files,
): Promise<MigrationText['files']> {
  const where = 'the check migration-rehearsal (files)';
  const names = await door.find(directory, files);
  if (names.length === 0)
    fail({
      code: 'GR5107',
      message: `No file of the release matches ${files}.`,
      where,
      do: 'Correct the glob: what the statements say is read from there.',
    });
  return Promise.all(
    names.map(async (name) => {
      const file = path.isAbsolute(name) ? path.relative(directory, name) : name;
      const read = await door.read(path.resolve(directory, file), mostBytes);
      if (read === null || read.truncated)
        fail({
          code: 'GR5107',
          message: read === null ? `${file} cannot be read.` : `${file} has more than ${mostMebibytes} MiB.`,
          where,
          do:
            read === null
              ? 'Let whoever runs Greenroom read it.'
              : 'Keep rows that the migration loads in a file that the glob does not match, and let the migrate command read them from there.',
        });
      return { file, text: read.text };
    }),
  );
}

import type { Hash } from '../json.ts';

/** What is rehearsed: the migration's files in their order, and the commands as they are written down. */
export interface MigrationText {
  readonly files: readonly { readonly file: string; readonly text: string }[];
  readonly commands: readonly string[];
}

/** Names a migration, `sha256:…`: another file, name, order or command is another one. */
export const migrationDigest = ({ files, commands }: MigrationText, hash: Hash): string =>
  `sha256:${hash(JSON.stringify([files.map(({ file, text }) => [file, text]), commands]))}`;

import { z } from 'zod';
import type { Failure } from '../../domain/failure.ts';
import { locate, type File } from './mistakes.ts';
import type { ComposeModel } from './model.ts';

const declared = z.record(z.string(), z.looseObject({ file: z.string().optional() }).nullable());
const references = z.array(z.union([z.string(), z.looseObject({ source: z.string() })])).nullish();

export interface SealedFile {
  readonly kind: 'secrets' | 'configs';
  readonly name: string;
  readonly file: string;
}

/** Secrets and configs that a service is given and that lie in a file, each once. Pure. */
export function sealedFiles(model: ComposeModel): readonly SealedFile[] {
  return (['secrets', 'configs'] as const).flatMap((kind) => {
    const all = declared.parse(model[kind] ?? {});
    const used = Object.values(model.services).flatMap((service) => references.parse(service[kind]) ?? []);
    const names = new Set(used.map((each) => (typeof each === 'string' ? each : each.source)));
    return [...names].flatMap((name) => {
      const file = all[name]?.file;
      return file === undefined ? [] : [{ kind, name, file }];
    });
  });
}

/** Found by the CLI only when it makes the container. Pure. */
export const noSealedFile = ({ kind, name, file }: SealedFile, files: readonly File[]): Failure => ({
  code: 'GR6442',
  message: `The compose file cannot be used: the file of the ${kind === 'secrets' ? 'secret' : 'config'} "${name}" is not there: ${file}.`,
  where: locate([kind, name, 'file'], files) ?? files.map(({ path }) => path).join(', '),
  do: 'Put the file there, or correct its path; nothing was changed.',
});

// The parts of the leak proof that read values: one piece of a table at a time, in whatever thread. What they give holds hashes, counts and
// places; forms of originals leave them only where one was found.
import type { Client } from 'pg';
import { holdsOriginals, originalsOf } from '../domain/refresh/classified.ts';
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import type { MaskerName } from '../domain/refresh/maskers.ts';
import { formsOf, foundIn, partsOf, type Wanted } from '../domain/refresh/originals.ts';
import { openKernel, type Kernel, type Keys } from '../kernel/kernel.ts';
import { filterOf } from '../kernel/write-sought.ts';
import { compiledKernel } from './compiled-kernel.ts';
import { explainingOf, gatheringOf, jsonIn, textsIn, type Reading } from './look-at.ts';
import { openLookingPipe } from './looking-pipe.ts';
import {
  openFormList,
  openOriginalSet,
  originalsIn,
  type FormList,
  type Originals,
  type SharedSet,
} from './original-set.ts';
import { leafOf } from './program-of.ts';
import type { Hashes } from './sorted-hashes.ts';
import { readRows } from './read-rows.ts';

export interface Hit {
  /** `public.users.phone`, or `a comment`. */
  readonly place: string;
  readonly form: string;
  /** Of the column it was found in; null where that masks nothing. */
  readonly masker: MaskerName | null;
}

/** `from`: the rows of a piece, ready for SQL. */
export interface SourcePiece {
  readonly from: string;
  readonly columns: readonly PlannedColumn[];
}

export interface CopyPiece {
  readonly from: string;
  readonly table: string;
  readonly columns: readonly (Reading & { readonly name: string; readonly masker: MaskerName | null })[];
}

export interface Gathered {
  /** Pairs of halves, in memory of the thread that is used again for the next piece. */
  readonly hashes: Hashes;
  readonly ends: Uint8Array;
  readonly wordCounts: readonly number[];
}

export type ProveTask =
  | { readonly kind: 'gather'; readonly piece: SourcePiece }
  | {
      readonly kind: 'look';
      readonly piece: CopyPiece;
      readonly originals: SharedSet;
      /** Of their hashes, for the kernel. */
      readonly filter: Uint8Array;
      readonly wordCounts: readonly number[];
    }
  | { readonly kind: 'explain'; readonly piece: SourcePiece; readonly hits: readonly Hit[] };

export type ProveAnswer =
  | ({ readonly kind: 'gathered' } & Gathered)
  | { readonly kind: 'looked'; readonly hits: readonly Hit[]; readonly textCount: number }
  /** Indexes of the hits. */
  | { readonly kind: 'explained'; readonly explained: readonly number[] };

export interface Proof {
  /** In the transaction of the snapshot. */
  readonly source: Client;
  /** In a transaction that reads. */
  readonly fresh: Client;
  readonly keys: Keys;
  readonly signal: AbortSignal;
}

/** Finds that are kept in memory; more than this are a leak whatever explains them. */
export const MOST_HITS = 100_000;
/** Maskers whose mask may be somebody else's original. */
export const permuting: readonly MaskerName[] = ['digits', 'token', 'iban', 'card', 'text', 'ip'];

export async function proveTask(proof: Proof, task: ProveTask): Promise<ProveAnswer> {
  if (task.kind === 'gather') return gather(proof, task.piece);
  if (task.kind === 'explain') return explain(proof, task.piece, task.hits);
  return look(proof, task);
}

export function wantedOf(keys: Keys, originals: SharedSet, wordCounts: readonly number[]): Wanted & Originals {
  return { ...originalsIn(keys.leak, originals), wordCounts: new Set(wordCounts) };
}

async function gather({ source, keys, signal }: Proof, piece: SourcePiece): Promise<ProveAnswer> {
  const list = listOf(keys);
  list.clear();
  const columns = piece.columns.filter(holdsOriginals);
  const readings = columns.map(gatheringOf);
  const slowly = columns.map(originalsOf);
  const kernel = kernelOf(keys);
  kernel.gather(list);
  if (!kernel.begin(readings.map(({ program }) => program)))
    throw new Error(`the paths of ${piece.from} do not fit into the kernel`);
  const pipe = openLookingPipe(kernel, piece.from, (i, value) => {
    for (const { form } of slowly[i]!(jsonIn(readings[i]!.kind, value))) list.addForm(form);
  });
  await readRows(source, readings, piece.from, pipe, signal);
  return { kind: 'gathered', ...list.gathered() };
}

async function look(proof: Proof, { piece, ...told }: Extract<ProveTask, { kind: 'look' }>): Promise<ProveAnswer> {
  const { from, table, columns } = piece;
  const hits: Hit[] = [];
  let textCount = 0;
  if (columns.length === 0) return { kind: 'looked', hits, textCount };
  const { fresh, keys, signal } = proof;
  const wanted = wantedOf(keys, told.originals, told.wordCounts);
  const kernel = kernelOf(keys);
  kernel.seek({ ...told.originals, filter: told.filter, wordCounts: wanted.wordCounts, has: wanted.hasHash });
  if (!kernel.begin(columns.map(({ kind }) => ({ operation: kind, parameter: 0, isEntity: false }))))
    throw new Error(`${table} has more columns than the kernel takes`);
  const pipe = openLookingPipe(kernel, table, (i, value) => {
    const { kind, name, masker } = columns[i]!;
    for (const text of textsIn(kind, value)) {
      textCount += 1;
      for (const form of foundIn(text, wanted))
        if (hits.length <= MOST_HITS) hits.push({ place: `${table}.${name}`, form, masker });
    }
  });
  await readRows(fresh, columns, from, pipe, signal);
  return { kind: 'looked', hits, textCount: textCount + pipe.textCount() };
}

const lists = new WeakMap<Keys, FormList>();

/** One for all pieces of a thread, whose answers are taken up before the next task. */
function listOf(keys: Keys): FormList {
  const list = lists.get(keys) ?? openFormList(keys.leak);
  lists.set(keys, list);
  return list;
}

const kernels = new WeakMap<Keys, Kernel>();

/** One for all pieces of a thread. */
function kernelOf(keys: Keys): Kernel {
  const kernel = kernels.get(keys) ?? openKernel(keys, compiledKernel());
  kernels.set(keys, kernel);
  return kernel;
}

/** Which hits the masker of their column makes out of some *other* original of the piece. */
async function explain(
  { source, keys, signal }: Proof,
  piece: SourcePiece,
  hits: readonly Hit[],
): Promise<ProveAnswer> {
  const explained = new Set<number>();
  const made: ReadonlySet<MaskerName | 'keep'> = new Set(
    permuting.filter((masker) => hits.some((hit) => mayBeMadeBy(hit, masker))),
  );
  const columns = piece.columns.filter(holdsOriginals).flatMap((column) => {
    const reading = explainingOf(column, made);
    return reading === null ? [] : [{ ...reading, originalsIn: originalsOf(column) }];
  });
  if (columns.length === 0) return { kind: 'explained', explained: [] };
  const wanted = Map.groupBy(hits.keys(), (i) => hits[i]!.form);
  const forms = openOriginalSet(keys.leak);
  for (const form of wanted.keys()) forms.add(form);
  const kernel = kernelOf(keys);
  const shared = forms.shared();
  const filter = filterOf(shared.hashes);
  kernel.explain({ ends: shared.ends, filter, wordCounts: new Set(), has: forms.hasHash }, wanted.keys());
  if (!kernel.begin(columns.map(({ program }) => program)))
    throw new Error(`the paths of ${piece.from} do not fit into the kernel`);
  const masks = openMasks(keys);
  const pipe = openLookingPipe(kernel, piece.from, (i, value) => {
    const { kind, originalsIn } = columns[i]!;
    for (const { form, masker, value: original } of originalsIn(jsonIn(kind, value)))
      if (made.has(masker))
        for (const other of masks(masker, original))
          for (const hit of wanted.get(other) ?? [])
            if (other !== form && mayBeMadeBy(hits[hit]!, masker)) explained.add(hit);
  });
  await readRows(source, columns, piece.from, pipe, signal);
  return { kind: 'explained', explained: [...explained] };
}

/** In JSON and running text every masker of texts may have been at work. */
const mayBeMadeBy = (hit: Hit, masker: MaskerName): boolean =>
  (hit.masker === masker || hit.masker === 'text') && (masker !== 'ip' || !hit.form.startsWith('#'));

/** The forms of what a masker makes of a text. With a kernel of its own: that of the thread reads meanwhile. */
function openMasks(keys: Keys): (masker: MaskerName, text: string) => readonly string[] {
  const kernel = openKernel(keys, compiledKernel());
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder()];
  return (masker, text) => {
    const masked = kernel.mask({ operation: leafOf(masker), parameter: 0, isEntity: false }, encoder.encode(text));
    if (masked === null) return [];
    return masker === 'text' ? partsOf(decoder.decode(masked)) : formsOf(decoder.decode(masked));
  };
}

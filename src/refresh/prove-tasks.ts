// The parts of the leak proof that read values: one piece of a table at a time, in whatever thread. What they give holds hashes, counts and places, and of few finds what the source must be asked for.
import type { Client } from 'pg';
import { holdsOriginals } from '../domain/refresh/classified.ts';
import { isCoincidence, madeOf, waysBy, type Judging } from '../domain/refresh/coincidences.ts';
import type { PlannedColumn } from '../domain/refresh/compile.ts';
import { foundIn, type Wanted } from '../domain/refresh/originals.ts';
import type { Rule } from '../domain/refresh/rules.ts';
import { openKernel, type Kernel, type Keys } from '../kernel/kernel.ts';
import * as op from '../kernel/operations.ts';
import { compiledKernel } from './compiled-kernel.ts';
import {
  decodedIn,
  findsIn,
  gatheringOf,
  jsonIn,
  originOf,
  textsIn,
  writtenNumber,
  type AskedType,
  type Reading,
} from './look-at.ts';
import { openGatheringPipe } from './gather-rows.ts';
import { openLookingPipe } from './looking-pipe.ts';
import {
  openFormList,
  originalsIn,
  type FormList,
  type Gathered,
  type Originals,
  type SharedSet,
} from './original-set.ts';
import { leafOf } from './program-of.ts';
import { openFinds, type CountedFind } from './prove-open.ts';
import { readRows } from './read-rows.ts';

/** `from`: the rows of a piece, ready for SQL. */
export interface SourcePiece {
  readonly from: string;
  readonly columns: readonly PlannedColumn[];
}

export interface CopyPiece {
  readonly from: string;
  readonly table: string;
  /** Of the plan, whose partition it may be. */
  readonly plannedAs: string;
  readonly columns: readonly LookedColumn[];
}

interface LookedColumn extends Reading {
  readonly name: string;
  readonly rule: Rule | undefined;
  /** Null: the source has no such column. */
  readonly asked: AskedType | null;
}

export interface Finds {
  /** How many originals are left, by place: `public.users.phone`, or `a comment`. */
  readonly leaks: ReadonlyMap<string, number>;
  readonly coincidenceCount: number;
  readonly open: readonly CountedFind[];
}

/** Of a piece. */
const MOST_OPEN = 1_000;

export type ProveTask =
  | { readonly kind: 'gather'; readonly piece: SourcePiece }
  | {
      readonly kind: 'look';
      readonly piece: CopyPiece;
      readonly originals: SharedSet;
      /** Of their hashes, for the kernel. */
      readonly filter: Uint8Array;
    };

export type ProveAnswer =
  /** In memory of the thread that is used again for the next piece. */
  ({ readonly kind: 'gathered' } & Gathered) | ({ readonly kind: 'looked'; readonly textCount: number } & Finds);

export interface Proof {
  /** In the transaction of the snapshot. */
  readonly source: Client;
  /** In a transaction that reads. */
  readonly fresh: Client;
  readonly keys: Keys;
  readonly signal: AbortSignal;
}

export async function proveTask(proof: Proof, task: ProveTask): Promise<ProveAnswer> {
  return task.kind === 'gather' ? gather(proof, task.piece) : look(proof, task);
}

export function wantedOf(keys: Keys, originals: SharedSet): Wanted & Originals {
  return { ...originalsIn(keys.leak, originals), wordCounts: new Set(originals.wordCounts) };
}

async function gather({ source, keys, signal }: Proof, piece: SourcePiece): Promise<ProveAnswer> {
  const list = listOf(keys);
  list.clear();
  const columns = piece.columns.filter(holdsOriginals);
  const pipe = openGatheringPipe(kernelOf(keys), columns, piece.from, list);
  await readRows(source, columns.map(gatheringOf), piece.from, pipe, signal);
  return { kind: 'gathered', ...list.gathered() };
}

async function look(proof: Proof, { piece, ...told }: Extract<ProveTask, { kind: 'look' }>): Promise<ProveAnswer> {
  const { from, table, plannedAs, columns } = piece;
  const leaks = new Map<string, number>();
  const open = openFinds(MOST_OPEN);
  let [coincidenceCount, textCount] = [0, 0];
  if (columns.length === 0) return { kind: 'looked', leaks, open: [], coincidenceCount, textCount };
  const { fresh, keys, signal } = proof;
  const wanted = wantedOf(keys, told.originals);
  const kernel = kernelOf(keys);
  const judging: Judging = {
    before: wayBack(kernel),
    isOriginal: (form, masker) => wanted.isOf(form, originOf(masker, form)),
    find: (text) => foundIn(text, wanted),
  };
  const ways = columns.map(({ rule }) => waysBy(rule));
  kernel.seek({ ends: told.originals.ends, filter: told.filter, has: wanted.hasHash });
  if (!kernel.begin(columns.map(({ kind }) => ({ operation: kind, parameter: 0, isEntity: false }))))
    throw new Error(`${table} has more columns than the kernel takes`);
  const pipe = openLookingPipe(kernel, table, (i, value) => {
    const { kind, name, rule, asked } = columns[i]!;
    const place = `${table}.${name}`;
    const places = ways[i]!(() => jsonIn(kind, value));
    const texts = textsIn(kind, value);
    textCount += texts.length;
    const judged = new Set<string>();
    for (const text of texts) {
      for (const form of findsIn(kind, text, wanted)) {
        judged.add(form);
        if (isCoincidence({ form, text }, places(text), judging)) {
          coincidenceCount += 1;
          continue;
        }
        const found = { form, text: kind === op.LOOK_INTEGER ? writtenNumber(value) : text };
        const was = asked && madeOf(found, rule, judging);
        if (!asked || was === null || !open.add({ place, table: plannedAs, column: name, was, type: asked }, 1))
          leaks.set(place, (leaks.get(place) ?? 0) + 1);
      }
    }
    // No masker makes what stands there in other signs alone.
    for (const form of new Set(decodedIn(kind, texts).flatMap((text) => findsIn(kind, text, wanted))))
      if (!judged.has(form)) leaks.set(place, (leaks.get(place) ?? 0) + 1);
  });
  await readRows(fresh, columns, from, pipe, signal);
  return { kind: 'looked', leaks, open: open.all(), coincidenceCount, textCount: textCount + pipe.textCount() };
}

/** What a way has made a text of. */
function wayBack(kernel: Kernel): Judging['before'] {
  const [encoder, decoder] = [new TextEncoder(), new TextDecoder('utf-8', { ignoreBOM: true })];
  return (by, text) => {
    if (by === 'id') return numberBefore(kernel, text);
    const was = kernel.unmask(by === 'json-number' ? op.JSON_NUMBER : leafOf(by), encoder.encode(text));
    return was && decoder.decode(was);
  };
}

function numberBefore(kernel: Kernel, text: string): string | null {
  const number = Buffer.alloc(8);
  number.writeBigInt64BE(BigInt(text));
  const was = kernel.unmask(op.ID, number);
  return was && String(Buffer.from(was).readBigInt64BE());
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

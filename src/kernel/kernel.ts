// The kernel as the rest of the house sees it: WebAssembly where it was compiled, plain otherwise, with the same answers.
import { nobody, type Keeper } from './ask.ts';
import { compiledMachine } from './compiled-machine.ts';
import { openGathering, type Known, type Take } from './gathering.ts';
import { writeCharacters, writeDictionary, writeSymbols } from './dictionary.ts';
import { IS_FAMILY, IS_GIVEN } from './known-names.ts';
import * as layout from './layout.ts';
import type { Machine } from './machine.ts';
import { plainMachine } from './plain-machine.ts';
import { writeProgram, type ColumnProgram } from './program.ts';
import { COPYING } from './rows.ts';
import { GATHERING, LOOKING } from './sought.ts';
import { writeSigns, writeSought, type Sought } from './write-sought.ts';

/** One key of 16 bytes for each kind of value, so that nothing learned of one kind helps with another. */
export const keyPlaces = {
  email: layout.KEY_EMAIL,
  'email-more': layout.KEY_EMAIL_MORE,
  name: layout.KEY_NAME,
  digits: layout.KEY_DIGITS,
  token: layout.KEY_TOKEN,
  id: layout.KEY_ID,
  uuid: layout.KEY_UUID,
  place: layout.KEY_PLACE,
  date: layout.KEY_DATE,
  number: layout.KEY_NUMBER,
  network: layout.KEY_NETWORK,
  bytes: layout.KEY_BYTES,
  bank: layout.KEY_BANK,
  leak: layout.KEY_LEAK,
} as const;
export type Keys = Readonly<Record<keyof typeof keyPlaces, Uint8Array>>;

export interface Progress {
  /** `waiting` for more input, `full` for an empty output, `finished`, or why the copy must be given up. */
  readonly status:
    | 'waiting'
    | 'full'
    | 'finished'
    | 'header'
    | 'row'
    | 'length'
    | 'value'
    | 'too-long'
    | 'after-the-end';
  /** Place in the input up to which everything is taken. */
  readonly consumed: number;
  readonly written: number;
  /** Index of the column that an error belongs to. */
  readonly column: number;
  readonly rowCount: number;
}

export interface Looked extends Omit<Progress, 'written'> {
  /** A value that others must read: it begins at `consumed` and may not be there whole yet. The next `look` begins behind it. */
  readonly asked: { readonly column: number; readonly byteCount: number } | null;
  /** Looked through since `begin`, without the values that others must read. */
  readonly textCount: number;
}

/** What came after the frames of CopyData, or null while there are only those. */
export interface OtherMessage {
  readonly type: number;
  readonly byteCount: number;
}

export interface Kernel {
  readonly memory: Uint8Array<ArrayBuffer>;
  /** A new copy; false when the program does not fit. */
  begin(columns: readonly ColumnProgram[]): boolean;
  /** Takes frames off the bytes between the two places, in place. `end`: of the payload; `rest`: where bytes of another message begin. */
  unwrap(
    from: number,
    end: number,
  ): { readonly end: number; readonly rest: number; readonly other: OtherMessage | null };
  run(from: number, end: number, out: number, byteCount: number): Progress;
  /** What `look` looks for from now on; its columns have operations of their own. */
  seek(sought: Sought): void;
  /** From now on `look` looks for nothing and gathers the forms of all originals, by the parameters of its columns. */
  gather(take: Take): void;
  /** Gives the rest, and what is known of all since `gather`. */
  gathered(): Known;
  look(from: number, end: number): Looked;
  /** A name to find in running text; false when no more fit. */
  learn(name: Uint8Array, kind: 'given' | 'family'): boolean;
  /** One value alone, for samples; null when it is not what its type says. */
  mask(column: ColumnProgram, value: Uint8Array, entity?: Uint8Array): Uint8Array | null;
  /** What a masker that permutes has made the text (of an `id`, the 8 bytes of its number) out of, which it may never have seen; null when that cannot be told. Also between two calls of `look`. */
  unmask(operation: number, text: Uint8Array): Uint8Array | null;
}

const statuses = ['waiting', 'finished', 'header', 'row', 'length', 'value', 'too-long', 'after-the-end'] as const;

/** One copy at a time in a thread, whichever kernel does it. Needs 112 MiB of addresses and as much memory as it touches. `module`: what scripts/kernel.mjs compiled; null: the plain one. */
export function openKernel(keys: Keys, module: WebAssembly.Module | null = null): Kernel {
  let told: Pick<Keeper, 'has'> = nobody;
  const keeper: Keeper = { has: (low, high) => told.has(low, high), take: () => gathering.take() };
  const machine = module === null ? plainMachine(keeper) : compiledMachine(module, keeper);
  const { memory } = machine;
  const gathering = openGathering(memory);
  machine.forgetNames();
  for (const [name, at] of Object.entries(keyPlaces)) {
    const key = keys[name as keyof Keys];
    if (key.length !== 16) throw new Error(`the key ${name} has ${key.length} bytes instead of 16`);
    memory.set(key, at);
  }
  writeDictionary(memory);
  writeCharacters(memory);
  writeSymbols(memory);
  writeSigns(memory);
  return {
    memory,
    begin(columns) {
      if (!writeProgram(memory, columns)) return false;
      machine.begin(columns.length);
      machine.beginMessages();
      return true;
    },
    unwrap(from, end) {
      const payloadEnd = machine.unwrap(from, end);
      const { otherType, otherLength, rest } = machine.messageState();
      return { end: payloadEnd, rest, other: otherType === 0 ? null : { type: otherType, byteCount: otherLength } };
    },
    run(from, end, out, byteCount) {
      const consumed = machine.run(from, end, out, byteCount);
      const { status, isFull, written, column, rowCount } = machine.rowsState();
      const word = isFull && status === COPYING ? 'full' : statuses[status]!;
      return { status: word, consumed, written, column, rowCount };
    },
    seek(sought) {
      writeSought(memory, sought);
      machine.setPurpose(LOOKING);
      told = sought;
    },
    gather(take) {
      machine.setPurpose(GATHERING);
      gathering.begin(take);
    },
    gathered: gathering.known,
    look(from, end) {
      const consumed = machine.look(from, end);
      const { status, column, rowCount } = machine.rowsState();
      const { isAsked, askedLength, askedColumn, texts } = machine.lookState();
      const asked = isAsked ? { column: askedColumn, byteCount: askedLength } : null;
      return { status: statuses[status]!, consumed, column, rowCount, asked, textCount: texts };
    },
    learn(name, kind) {
      const byteCount = Math.min(name.length, layout.FOLDED_BYTES);
      memory.set(name.subarray(0, byteCount), layout.INPUT);
      return machine.learnName(layout.INPUT, byteCount, kind === 'given' ? IS_GIVEN : IS_FAMILY) === 1;
    },
    mask: (column, value, entity) => maskOne(machine, column, value, entity),
    unmask(operation, text) {
      if (text.length > layout.UNESCAPED_BYTES) return null;
      memory.set(text, layout.UNESCAPED);
      machine.open(layout.LARGE_OUTPUT, layout.LARGE_OUTPUT_BYTES);
      const done = machine.permuteLeaf(operation, layout.UNESCAPED, text.length, 1);
      return done === 0 ? null : written(machine);
    },
  };
}

function maskOne(machine: Machine, column: ColumnProgram, value: Uint8Array, entity?: Uint8Array): Uint8Array | null {
  const { memory } = machine;
  if (value.length > layout.LONGEST_VALUE_BYTES || !writeProgram(memory, [column])) return null;
  memory.set(value, layout.INPUT);
  machine.forgetEntity();
  if (entity) {
    memory.set(entity, layout.INPUT + value.length);
    machine.rememberEntity(layout.INPUT + value.length, entity.length);
  }
  const parameter = new DataView(memory.buffer).getInt32(layout.PROGRAM + 4);
  machine.open(layout.LARGE_OUTPUT, layout.LARGE_OUTPUT_BYTES);
  const done = machine.maskField(column.operation, layout.INPUT, value.length, parameter);
  return done === 0 ? null : written(machine);
}

function written({ memory, outputState }: Machine): Uint8Array | null {
  const { cursor, hasOverflowed } = outputState();
  return hasOverflowed ? null : memory.slice(layout.LARGE_OUTPUT, cursor);
}

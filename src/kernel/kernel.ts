// The kernel as the rest of the house sees it. This is the plain one; one of WebAssembly offers the same.
import { writeCharacters, writeDictionary } from './dictionary.ts';
import { maskField } from './field.ts';
import { forgetEntity, rememberEntity } from './dates.ts';
import { forgetNames, IS_FAMILY, IS_GIVEN, learnName } from './known-names.ts';
import * as layout from './layout.ts';
import { useMemory } from './memory.ts';
import * as messages from './messages.ts';
import * as output from './output.ts';
import { writeProgram, type ColumnProgram } from './program.ts';
import * as rows from './rows.ts';

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
  /** A name to find in running text; false when no more fit. */
  learn(name: Uint8Array, kind: 'given' | 'family'): boolean;
  /** One value alone, for samples; null when it is not what its type says. */
  mask(column: ColumnProgram, value: Uint8Array, entity?: Uint8Array): Uint8Array | null;
}

const statuses = ['waiting', 'finished', 'header', 'row', 'length', 'value', 'too-long', 'after-the-end'] as const;

/** One copy at a time in a thread, whichever kernel does it. Needs 112 MiB of addresses and as much memory as it touches. */
export function openKernel(keys: Keys): Kernel {
  const memory = new Uint8Array(layout.MEMORY_BYTES);
  const use = (): void => useMemory(memory);
  use();
  forgetNames();
  for (const [name, at] of Object.entries(keyPlaces)) {
    const key = keys[name as keyof Keys];
    if (key.length !== 16) throw new Error(`the key ${name} has ${key.length} bytes instead of 16`);
    memory.set(key, at);
  }
  writeDictionary(memory);
  writeCharacters(memory);
  return {
    memory,
    begin(columns) {
      use();
      if (!writeProgram(memory, columns)) return false;
      rows.begin(columns.length);
      messages.beginMessages();
      return true;
    },
    unwrap(from, end) {
      use();
      const payloadEnd = messages.unwrap(from, end);
      const { otherType, otherLength, rest } = messages;
      return { end: payloadEnd, rest, other: otherType === 0 ? null : { type: otherType, byteCount: otherLength } };
    },
    run(from, end, out, byteCount) {
      use();
      const consumed = rows.run(from, end, out, byteCount);
      const status = rows.isFull !== 0 && rows.status === rows.COPYING ? 'full' : statuses[rows.status]!;
      return { status, consumed, written: rows.written, column: rows.column, rowCount: rows.rowCount };
    },
    learn(name, kind) {
      use();
      memory.set(name.subarray(0, layout.FOLDED_BYTES), layout.INPUT);
      return (
        learnName(layout.INPUT, Math.min(name.length, layout.FOLDED_BYTES), kind === 'given' ? IS_GIVEN : IS_FAMILY) ===
        1
      );
    },
    mask(column, value, entity) {
      use();
      return maskOne(memory, column, value, entity);
    },
  };
}

function maskOne(memory: Uint8Array, column: ColumnProgram, value: Uint8Array, entity?: Uint8Array): Uint8Array | null {
  if (value.length > layout.LONGEST_VALUE_BYTES || !writeProgram(memory, [column])) return null;
  memory.set(value, layout.INPUT);
  forgetEntity();
  if (entity) {
    memory.set(entity, layout.INPUT + value.length);
    rememberEntity(layout.INPUT + value.length, entity.length);
  }
  const view = new DataView(memory.buffer);
  output.open(layout.LARGE_OUTPUT, layout.LARGE_OUTPUT_BYTES);
  const done = maskField(column.operation, layout.INPUT, value.length, view.getInt32(layout.PROGRAM + 4));
  if (done === 0 || output.overflowed !== 0) return null;
  return memory.slice(layout.LARGE_OUTPUT, output.cursor);
}

// The kernel as plain TypeScript: slower, and right by the same tests.
import { nobody, useKeeper, type Keeper } from './ask.ts';
import { forgetEntity, rememberEntity } from './dates.ts';
import { maskField } from './field.ts';
import { forgetNames, learnName } from './known-names.ts';
import { permuteLeaf } from './leaf.ts';
import { MEMORY_BYTES } from './layout.ts';
import * as field from './look-field.ts';
import type { Machine } from './machine.ts';
import { useMemory } from './memory.ts';
import * as messages from './messages.ts';
import * as output from './output.ts';
import * as rows from './rows.ts';
import { setPurpose } from './sought.ts';
import * as siphash from './siphash.ts';

/** Several may live in a thread, one copy at a time: each call hands its own memory in. */
export function plainMachine(keeper: Keeper = nobody): Machine {
  const memory = new Uint8Array(MEMORY_BYTES);
  const own =
    <Args extends number[], Result>(act: (...args: Args) => Result) =>
    (...args: Args): Result => {
      useMemory(memory);
      useKeeper(keeper);
      return act(...args);
    };
  return {
    memory,
    begin: own(rows.begin),
    beginMessages: own(messages.beginMessages),
    unwrap: own(messages.unwrap),
    run: own(rows.run),
    look: own(rows.look),
    setPurpose: own(setPurpose),
    learnName: own(learnName),
    forgetNames: own(forgetNames),
    maskField: own(maskField),
    permuteLeaf: own(permuteLeaf),
    forgetEntity: own(forgetEntity),
    rememberEntity: own(rememberEntity),
    open: own(output.open),
    hash: own(siphash.hash),
    hashState: () => ({ low: siphash.hashLow >>> 0, high: siphash.hashHigh >>> 0 }),
    rowsState() {
      const { status, written, column, rowCount } = rows;
      return { status, isFull: rows.isFull !== 0, written, column, rowCount };
    },
    lookState() {
      const { askedLength, askedColumn } = rows;
      return { isAsked: rows.isAsked !== 0, askedLength, askedColumn, texts: field.texts };
    },
    messageState() {
      const { otherType, otherLength, rest } = messages;
      return { otherType, otherLength, rest };
    },
    outputState: () => ({ cursor: output.cursor, hasOverflowed: output.overflowed !== 0 }),
  };
}

// The kernel as WebAssembly: the same sources, compiled by scripts/kernel.mjs. compiled.test.ts holds the two against each other.
import { nobody, type Keeper } from './ask.ts';
import type { Machine } from './machine.ts';

type Place = { readonly value: number };
type Functions = Omit<Machine, 'memory' | 'hashState' | 'rowsState' | 'lookState' | 'messageState' | 'outputState'>;
type Exported = Functions &
  Readonly<
    Record<'status' | 'isFull' | 'written' | 'column' | 'rowCount' | 'otherType' | 'otherLength' | 'rest', Place>
  > &
  Readonly<Record<'isAsked' | 'askedLength' | 'askedColumn' | 'texts', Place>> &
  Readonly<Record<'cursor' | 'overflowed' | 'hashLow' | 'hashHigh', Place>> & {
    readonly memory: { readonly buffer: ArrayBuffer };
  };

export function compiledMachine(module: WebAssembly.Module, keeper: Keeper = nobody): Machine {
  const abort = (): never => {
    throw new Error('the kernel stopped at an index that is none');
  };
  const isSought = (low: number, high: number): number => (keeper.has(low >>> 0, high >>> 0) ? 1 : 0);
  const takeGathered = (): void => keeper.take();
  const made = new WebAssembly.Instance(module, { env: { abort, isSought, takeGathered } })
    .exports as unknown as Exported;
  const { begin, beginMessages, unwrap, run, look, setPurpose, learnName, forgetNames } = made;
  const { maskField, permuteLeaf, forgetEntity, rememberEntity, open, hash } = made;
  return {
    ...{
      begin,
      beginMessages,
      unwrap,
      run,
      look,
      setPurpose,
      learnName,
      forgetNames,
      maskField,
      permuteLeaf,
      forgetEntity,
      rememberEntity,
      open,
      hash,
    },
    memory: new Uint8Array(made.memory.buffer),
    hashState: () => ({ low: made.hashLow.value >>> 0, high: made.hashHigh.value >>> 0 }),
    rowsState: () => ({
      ...{ status: made.status.value, isFull: made.isFull.value !== 0, written: made.written.value },
      ...{ column: made.column.value, rowCount: made.rowCount.value },
    }),
    lookState: () => ({
      ...{ isAsked: made.isAsked.value !== 0, askedLength: made.askedLength.value },
      ...{ askedColumn: made.askedColumn.value, texts: made.texts.value },
    }),
    messageState: () => ({
      ...{ otherType: made.otherType.value, otherLength: made.otherLength.value, rest: made.rest.value },
    }),
    outputState: () => ({ cursor: made.cursor.value, hasOverflowed: made.overflowed.value !== 0 }),
  };
}

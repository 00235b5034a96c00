// Numbers that PostgreSQL would have counted: as many as rows are made, table after table where several count by one sequence.
import type { PlannedSeed } from './plan-seed.ts';
import type { Sequence } from './seed-schema.ts';

export interface Sequences {
  /** The `row`th number that a table gets from a sequence, the same whenever it is asked. */
  counted(planned: PlannedSeed): (sequence: string, row: number) => number;
  /** By name: the number that is given out next. */
  next(): ReadonlyMap<string, number>;
}

export function openSequences(): Sequences {
  const known = new Map<string, Sequence & { given: number }>();
  const begins = new Map<string, ReadonlyMap<string, number>>();

  function beginOf({ table, count }: PlannedSeed): ReadonlyMap<string, number> {
    const found = new Map<string, number>();
    for (const { sequence } of table.columns) {
      if (sequence === null || found.has(sequence.name)) continue;
      const counter = known.get(sequence.name) ?? { ...sequence, given: 0 };
      known.set(sequence.name, counter);
      found.set(sequence.name, counter.given);
      counter.given += count;
    }
    return found;
  }

  return {
    counted(planned) {
      const { name } = planned.table;
      const begin = begins.get(name) ?? beginOf(planned);
      begins.set(name, begin);
      return (sequence, row) => {
        const { start, increment } = known.get(sequence)!;
        return start + (begin.get(sequence)! + row) * increment;
      };
    },
    next: () =>
      new Map(
        [...known.values()].flatMap(({ name, start, increment, given }) =>
          given > 0 ? [[name, start + given * increment] as const] : [],
        ),
      ),
  };
}

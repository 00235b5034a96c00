/** Greenroom dies at the looks of a bake that judges, once and several times in a row. */
import type { Ground } from '../test/kill/loop.ts';
import { judging, killedAtLooks, oneLookForgotten } from '../test/kill/looks.ts';
import type { BenchRow } from './row.ts';

const deaths = [1, 2, 4];

export async function lookRows(ground: Ground): Promise<readonly BenchRow[]> {
  let wrong = 0;
  for (const count of deaths) {
    const complaints = await judging(ground, () => killedAtLooks(ground, count)).catch((error: unknown) => [
      String(error),
    ]);
    if (complaints.length > 0) wrong += 1;
    console.log(`  looks    ${count} deaths at a look: ${complaints.join(' | ') || 'ok'}`);
  }
  const seen = await judging(ground, () => oneLookForgotten(ground));
  console.log(`  control  looks: one forgotten: ${seen.join(' | ') || 'nothing seen'}`);
  return [
    {
      ...{ bench: 'kill', measure: 'looks: wrong after 1, 2 and 4 deaths at a look', value: wrong, unit: 'rounds' },
      ...{ bar: '0', holds: wrong === 0, control: false },
    },
    {
      ...{ bench: 'kill', measure: 'looks: one look forgotten, lost', value: seen.length, unit: 'complaints' },
      ...{ bar: '> 0', holds: seen.length > 0, control: true },
    },
  ];
}

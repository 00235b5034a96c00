/** What `greenroom refresh plan` detects in public schemas, against a truth written by hand before; the control is a detector that says nothing. */
import { measureAll, ofProduct, silent } from '../test/detection/detector.ts';
import { fitOf, least, precisionOf, recallOf, type Measured } from '../test/detection/measure.ts';
import { heldOut, tuning, unseen } from '../test/detection/schemas.ts';
import type { BenchRow } from './row.ts';

const percent = (share: number): number => Math.round(share * 1_000) / 10;

function row(measure: string, value: number, bar: string, holds: boolean, control = false): BenchRow {
  return { bench: 'refresh', measure: `detection: ${measure}`, value, unit: '%', bar, holds, control };
}

/** `first`: what came out when the schemas were looked at for the first time, before anything was mended for them. */
function rowsOf(
  half: string,
  measured: Measured,
  first?: { readonly recall: number; readonly precision: number },
): readonly BenchRow[] {
  const [recall, precision] = [recallOf(measured), precisionOf(measured)];
  return [
    row(
      `recall, ${half}`,
      percent(recall),
      `>= 95${first ? `; first look ${first.recall}` : ''}`,
      recall >= least.recall,
    ),
    row(
      `precision, ${half}`,
      percent(precision),
      `>= 80${first ? `; first look ${first.precision}` : ''}`,
      precision >= least.precision,
    ),
    row(`masker that fits, ${half}`, percent(fitOf(measured)), 'reported', true),
  ];
}

export async function detectionRows(): Promise<readonly BenchRow[]> {
  const all = [...tuning, ...heldOut, ...unseen];
  const quiet = recallOf(measureAll(all, silent));
  const startMs = performance.now();
  const measured = measureAll(all, ofProduct);
  const tookMs = performance.now() - startMs;
  return [
    ...rowsOf('half looked at while tuning', measureAll(tuning, ofProduct)),
    ...rowsOf('half held out', measureAll(heldOut, ofProduct), { recall: 94, precision: 94 }),
    ...rowsOf('written later', measureAll(unseen, ofProduct), { recall: 91.8, precision: 78.3 }),
    ...rowsOf(`all ${all.length} schemas`, measured),
    { ...row('all schemas read and detected', Math.round(tookMs), 'reported', true), unit: 'ms' },
    row('recall of a detector that says nothing', percent(quiet), '< 95', quiet < least.recall, true),
  ];
}

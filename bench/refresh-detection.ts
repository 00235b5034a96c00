/** What `greenroom refresh plan` detects in public schemas, against a truth written by hand before; the control is a detector that says nothing. */
import { measureAll, ofProduct, silent } from '../test/detection/detector.ts';
import { keptUnasked, ofProduct as proposed, trusting } from '../test/detection/kept-unasked.ts';
import { fitOf, least, precisionOf, recallOf, type Measured } from '../test/detection/measure.ts';
import { fresh, heldOut, last, tuning, unseen } from '../test/detection/schemas.ts';
import type { BenchRow } from './row.ts';

const percent = (share: number): number => Math.round(share * 1_000) / 10;

function row(measure: string, value: number, bar: string, holds: boolean, control = false): BenchRow {
  return { bench: 'refresh', measure: `detection: ${measure}`, value, unit: '%', bar, holds, control };
}

/** `first`: what came out when the schemas were looked at for the first time, before anything was mended for them. */
function rowsOf(
  half: string,
  measured: Measured,
  first?: { readonly recall: number | string; readonly precision: number | string },
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

/** What a schema can expect that nobody has seen: nothing was mended for it, so it says how far the rules carry and holds no bar. */
const unmended = (measured: Measured): readonly BenchRow[] => [
  row('recall, one more that nothing was mended for', percent(recallOf(measured)), 'reported', true),
  row('precision, one more that nothing was mended for', percent(precisionOf(measured)), 'reported', true),
];

function keptRow(measure: string, { length: value }: readonly string[], control = false): BenchRow {
  const holds = control ? value > 0 : value === 0;
  return {
    bench: 'refresh',
    measure: `detection: ${measure}`,
    value,
    unit: '',
    bar: control ? '> 0' : '0',
    holds,
    control,
  };
}

export async function detectionRows(): Promise<readonly BenchRow[]> {
  const all = [...tuning, ...heldOut, ...unseen, ...fresh];
  const quiet = recallOf(measureAll(all, silent));
  const startMs = performance.now();
  const measured = measureAll(all, ofProduct);
  const tookMs = performance.now() - startMs;
  return [
    ...rowsOf('half looked at while tuning', measureAll(tuning, ofProduct)),
    ...rowsOf('half held out', measureAll(heldOut, ofProduct), { recall: 94, precision: 94 }),
    ...rowsOf('written later', measureAll(unseen, ofProduct), { recall: 91.8, precision: 78.3 }),
    ...rowsOf('fresh', measureAll(fresh, ofProduct), {
      recall: '93, of openemr 79.4',
      precision: '93.9, of openemr 94.7',
    }),
    ...rowsOf(`all ${all.length} schemas`, measured),
    ...unmended(measureAll(last, ofProduct)),
    keptRow('personal columns kept unasked', keptUnasked(all, proposed)),
    { ...keptRow('kept unasked of one more', keptUnasked(last, proposed)), bar: 'reported', holds: true },
    keptRow('kept unasked by who keeps what is unknown', keptUnasked(all, trusting), true),
    { ...row('all schemas read and detected', Math.round(tookMs), 'reported', true), unit: 'ms' },
    row('recall of a detector that says nothing', percent(quiet), '< 95', quiet < least.recall, true),
  ];
}

import type { EvidenceBody } from './account.ts';
import { judgementsByLook, type LooksTally, type Subject } from './bake-looks.ts';

type Plot = EvidenceBody['plots'][number];
type Point = readonly [number, number];

/** Boundaries of the first looks lie far beyond what anybody draws. */
const highest = 12;

/** One plot for each subject: what every look saw of all before it, and the boundary it must not cross. */
export const lookPlots = (tally: LooksTally, subjects: readonly Subject[]): readonly Plot[] =>
  subjects.map((subject): Plot => {
    const judged = judgementsByLook(tally, subject, subjects);
    const isRatio = subject.kind === 'comparison';
    const seen = judged.map((each): Point => [
      percent(each.fraction),
      each.of === 'ratio' ? each.judged.z : (100 * each.judged.bad) / each.judged.asked,
    ]);
    const bounds = judged.map((each): Point => [
      percent(each.fraction),
      each.of === 'ratio' ? each.judged.boundary : 100 * each.judged.worseFrom,
    ]);
    return {
      ...{ title: `Looks: ${subject.name}`, kind: 'line', xLabel: '% of the bake' },
      yLabel: isRatio ? 'standard errors slower than allowed' : '% bad',
      series: [
        { name: 'seen', points: seen },
        { name: 'boundary', points: bounds.filter(([, bound]) => bound <= (isRatio ? highest : 100)) },
      ],
      ...(!isRatio && { threshold: { label: 'objective', value: 100 * subject.allowedShare } }),
    };
  });

const percent = (fraction: number): number => Math.round(1_000 * fraction) / 10;

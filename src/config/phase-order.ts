import type { Failure } from '../domain/failure.ts';
import type { PhaseWork } from '../domain/project.ts';
import { mistake } from './catalogue.ts';
import type { Path } from './position.ts';
import { useOneOf } from './suggestion.ts';
import { keyPosition, members, step, valuePosition, type Tree } from './tree.ts';

interface DefaultPhase {
  readonly name: string;
  readonly budgetMs: number;
  readonly work: readonly PhaseWork[];
}

const minuteMs = 60_000;

/** The seven phases of MediaNest's handbook. */
export const defaultPhases: readonly DefaultPhase[] = [
  { name: 'preflight', budgetMs: 30 * minuteMs, work: [] },
  { name: 'infrastructure', budgetMs: 20 * minuteMs, work: ['databases'] },
  { name: 'deployment', budgetMs: 10 * minuteMs, work: ['services'] },
  { name: 'health', budgetMs: 10 * minuteMs, work: [] },
  { name: 'integration', budgetMs: 15 * minuteMs, work: [] },
  { name: 'performance', budgetMs: 10 * minuteMs, work: [] },
  { name: 'decision', budgetMs: 5 * minuteMs, work: ['decision'] },
];

const ownPhaseBudgetMs = 10 * minuteMs;

export interface PlacedPhase {
  readonly name: string;
  readonly budgetMs: number;
  readonly work: readonly PhaseWork[];
}

const works: readonly PhaseWork[] = ['databases', 'services', 'decision'];

/**
 * The phases in the order they run. Those of the file keep their order; each of the seven that is not mentioned comes
 * after the last one that precedes it among the seven. Work goes where the file places it, else to its usual phase.
 */
export function placePhases(root: Tree): {
  readonly phases: readonly PlacedPhase[];
  readonly failures: readonly Failure[];
} {
  const written = members(step(root, 'phases'));
  const off = new Set(written.filter(([, tree]) => isOff(tree)).map(([name]) => name));
  const order = written.map(([name]) => name);
  defaultPhases.forEach(({ name }, index) => {
    if (order.includes(name)) return;
    const before = defaultPhases.slice(0, index).map((phase) => order.indexOf(phase.name));
    order.splice(Math.max(-1, ...before) + 1, 0, name);
  });
  // A decision that nobody placed ends the deployment, also after phases of the project's own.
  if (!written.some(([name]) => name === 'decision')) order.push(...order.splice(order.indexOf('decision'), 1));
  const placed = new Map(written.map(([name, tree]) => [name, writtenWork(tree)] as const));
  const claimed = new Set([...placed].flatMap(([name, work]) => (off.has(name) ? [] : (work ?? []))));
  const phases = order
    .filter((name) => !off.has(name))
    .map((name): PlacedPhase => {
      const usual = defaultPhases.find((phase) => phase.name === name);
      const work = placed.get(name) ?? usual?.work.filter((one) => !claimed.has(one)) ?? [];
      return { name, budgetMs: usual?.budgetMs ?? ownPhaseBudgetMs, work };
    });
  return { phases, failures: [...judgeOff(root, off), ...judgeWork(root, phases)] };
}

const isOff = (tree: Tree): boolean => tree.kind === 'scalar' && (tree.value === 'off' || tree.value === false);

function writtenWork(phase: Tree): readonly PhaseWork[] | null {
  const tree = step(phase, 'work');
  if (!tree) return null;
  const items = tree.kind === 'list' ? tree.items : [tree];
  return items.flatMap((item) => works.filter((work) => item.kind === 'scalar' && item.value === work));
}

function judgeOff(root: Tree, off: ReadonlySet<string>): readonly Failure[] {
  const seven = defaultPhases.map((phase) => phase.name);
  return [...off]
    .filter((name) => !seven.includes(name))
    .map((name) => {
      const path = ['phases', name];
      return mistake(
        'GR1401',
        `"${name}" is off, but is none of the seven phases.`,
        useOneOf(name, seven),
        valuePosition(root, path),
        path,
      );
    });
}

function judgeWork(root: Tree, phases: readonly PlacedPhase[]): readonly Failure[] {
  const failures: Failure[] = [];
  const refuse = (code: 'GR1401' | 'GR1402', message: string, remedy: string, path: Path) =>
    failures.push(mistake(code, message, remedy, keyPosition(root, path), path));
  const sequence = phases.flatMap((phase) => phase.work.map((work) => ({ work, phase: phase.name })));
  for (const work of works) {
    const times = sequence.filter((one) => one.work === work);
    const isNeeded = work !== 'databases' || members(step(root, 'databases')).length > 0;
    if (times.length === 0 && isNeeded)
      refuse('GR1402', `No phase has the work "${work}".`, `Add  work: [${work}]  to the phase that does it.`, [
        'phases',
      ]);
    for (const again of times.slice(1))
      refuse(
        'GR1402',
        `The work "${work}" is in "${times[0]!.phase}" and again in "${again.phase}".`,
        'Keep one of them.',
        ['phases', again.phase, 'work'],
      );
  }
  const first = (work: PhaseWork) => sequence.findIndex((one) => one.work === work);
  for (const [earlier, later] of [
    ['databases', 'services'],
    ['services', 'decision'],
  ] as const)
    if (first(earlier) >= 0 && first(later) >= 0 && first(earlier) > first(later))
      refuse(
        'GR1401',
        `"${sequence[first(later)]!.phase}" has the work "${later}" before "${sequence[first(earlier)]!.phase}" has "${earlier}".`,
        `Put ${earlier} before ${later}.`,
        ['phases', sequence[first(later)]!.phase],
      );
  const decision = sequence.find((one) => one.work === 'decision')?.phase;
  const after = decision === undefined ? [] : phases.slice(phases.findIndex((phase) => phase.name === decision) + 1);
  for (const late of after)
    refuse('GR1401', `The phase "${late.name}" comes after the decision, in "${decision}".`, 'Put the decision last.', [
      'phases',
      late.name,
    ]);
  return failures;
}

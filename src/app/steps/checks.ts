import path from 'node:path';
import { formatDuration } from '../../domain/duration.ts';
import type { Outcome } from '../../domain/outcome.ts';
import type { CheckSpec } from '../../domain/project.ts';
import type { CheckContext } from '../../kinds/check.ts';
import { checkContext, lookAround, type Ground } from '../check-context.ts';
import { claim, type Site } from '../site.ts';
import { record } from './answer.ts';
import { openGate } from './gate.ts';
import { runCheck } from './run-check.ts';
import type { StepModule, StepTask } from './step-task.ts';

/** The checks of a phase: together as far as they may, in time, each answer recorded by itself. */
export const checks: StepModule = async (task) => {
  const phase = task.site.deployment.plan.phases.find((each) => each.name === task.step.phase)!;
  const asked = await askAll(task, phase);
  const stopping = asked.filter(({ spec, outcome }) => spec.blocking && isBad(outcome));
  const facts = { checks: asked.length };
  if (stopping.length === 0) return { status: 'done', facts };
  return { status: 'failed', reason: stopping.map(({ spec }) => spec.name).join(', '), facts };
};

interface AskedPhase {
  readonly name: string;
  readonly budgetMs: number;
  readonly parallel: number;
  readonly checks: readonly CheckSpec[];
}

export interface AskedCheck {
  readonly spec: CheckSpec;
  readonly outcome: Outcome;
}

/** Asks the checks, each answer recorded by itself; those that others wait for come first. */
export async function askAll(
  { site, step, run }: Pick<StepTask, 'site' | 'step' | 'run'>,
  phase: AskedPhase,
): Promise<readonly AskedCheck[]> {
  const gate = openGate(phase.parallel);
  const deadline = AbortSignal.timeout(step.budgetMs);
  const answers = new Map<string, Promise<Outcome>>();
  let ground: Promise<Ground> | null = null;
  // Every check is begun in the order of the plan, whatever ends first: a resumed flow must ask in the same order.
  const ordered = inOrder(phase.checks);
  for (const spec of ordered) {
    const before = spec.after.flatMap((name) => answers.get(name) ?? []);
    answers.set(
      spec.name,
      run(`check ${spec.name}`, async (signal) => {
        await Promise.allSettled(before);
        const leave = await gate.enter(site.world.checks.get(spec.kind)!.runs);
        try {
          await site.world.reach(`check:${spec.name}:before`);
          const outcome = deadline.aborted
            ? await overBudget(site, spec, phase)
            : await askCheck(
                site,
                await (ground ??= lookAround(site)),
                spec,
                phase.name,
                AbortSignal.any([signal, deadline]),
              );
          await site.world.reach(`check:${spec.name}:after`);
          return outcome;
        } finally {
          leave();
        }
      }),
    );
  }
  const outcomes = await Promise.all(answers.values());
  return ordered.map((spec, index) => ({ spec, outcome: outcomes[index]! }));
}

export const isBad = (outcome: Outcome): boolean => outcome === 'fail' || outcome === 'error';

/** Those that others wait for come first; the order of the file otherwise. The configuration has no circles. */
export function inOrder(specs: readonly CheckSpec[]): readonly CheckSpec[] {
  const done = new Set<CheckSpec>();
  const visit = (spec: CheckSpec): void => {
    if (done.has(spec)) return;
    for (const name of spec.after) {
      const before = specs.find((each) => each.name === name);
      if (before) visit(before);
    }
    done.add(spec);
  };
  specs.forEach(visit);
  return [...done];
}

/**
 * Every attempt gets a folder of its own, and its own copy of the tree in there: what an attempt before has left running may write
 * as long as it lives, nobody reads it. The epoch says that this process may still act, before it ends anything.
 */
export async function askCheck(
  site: Site,
  ground: Ground,
  spec: CheckSpec,
  phase: string,
  signal: AbortSignal,
): Promise<Outcome> {
  const { folders, artifacts, checks: kinds, newId } = site.world;
  const place = path.join('work', site.deployment.id, spec.name);
  const epoch = await claim(site, `check ${spec.name} ${newId('run')}`);
  await folders.endCommands([place]);
  await folders.empty(path.join(site.directory, place));
  const copies: string[] = [];
  const prepare = async (attempt: number): Promise<CheckContext> => {
    const workDirectory = path.join(site.directory, place, `${epoch}-${attempt}`);
    await folders.empty(workDirectory);
    const context = checkContext(site, ground, workDirectory);
    if (kinds.get(spec.kind)!.needs !== 'own-copy') return context;
    const directory = path.join(workDirectory, 'tree');
    copies.push(directory);
    await artifacts.copyTo(site.release.parts.artifacts['tree'] ?? '', directory);
    return { ...context, directory };
  };
  try {
    return (await runCheck(site, spec, phase, prepare, signal)).outcome;
  } finally {
    for (const copy of copies) await folders.remove(copy);
  }
}

async function overBudget(site: Site, spec: CheckSpec, phase: { name: string; budgetMs: number }): Promise<Outcome> {
  const reason = `not measured: the phase ${phase.name} used up its ${formatDuration(phase.budgetMs)}`;
  const next = `Raise phases.${phase.name}.budget or move checks to another phase.`;
  const beganAt = site.world.clock.now();
  await record(site, {
    name: spec.name,
    kind: spec.kind,
    phase: phase.name,
    outcome: 'error',
    reason,
    next,
    findings: [],
    attempts: ['error'],
    beganAt,
    evidence: null,
  });
  return 'error';
}

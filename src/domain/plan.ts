import { overtimeMs } from './bake.ts';
import { longestWaitMs } from './waiting-requests.ts';
import { configurationOf } from './configuration.ts';
import type { Failure } from './failure.ts';
import { canonical, type Hash } from './json.ts';
import type { CheckSpec, Environment, Phase, Project } from './project.ts';
import type { Release } from './release.ts';
import { verifyMs, type Step } from './step.ts';
import type { RequiredCheck, VerdictPolicy } from './verdict.ts';

/** What stands in an environment when a plan is made; a plan is stale as soon as this differs. */
export interface Standing {
  readonly releaseId: string | null;
  readonly releaseRevision: string | null;
  readonly colour: 'blue' | 'green' | null;
}

/** Exactly what a run will do: printed by the dry run, hashed, saved, and carried out as it is. */
export interface Plan {
  readonly project: string;
  readonly environment: string;
  readonly purpose: 'deploy' | 'roll-back';
  /** A rollback that asks only whether the services run: its checks come after the switch. */
  readonly urgent?: true;
  readonly release: Release;
  readonly standing: Standing;
  readonly colour: 'blue' | 'green';
  readonly steps: readonly Step[];
  readonly phases: readonly PlannedPhase[];
  readonly policy: VerdictPolicy;
  readonly bake: Environment['bake'];
  readonly conditional: Environment['conditional'];
  /** Environment whose proof the release needs; null for the first on the path. */
  readonly proofFrom: string | null;
  /** Hash of what greenroom.yaml says of the release and of the environment. */
  readonly definitionHash: string;
  /** Names the plan. */
  readonly hash: string;
}

export interface PlannedPhase {
  readonly name: string;
  readonly budgetMs: number;
  readonly parallel: number;
  readonly checks: readonly CheckSpec[];
  /** Checks of the phase that do not run here, with the reason. */
  readonly left: readonly { readonly name: string; readonly reason: string }[];
}

export interface PlanQuestion {
  readonly project: Project;
  readonly environment: Environment;
  readonly release: Release;
  readonly standing: Standing;
  readonly purpose: 'deploy' | 'roll-back';
  /** Of a rollback only. */
  readonly urgent?: boolean;
}

const isUrgent = ({ purpose, urgent }: PlanQuestion): boolean => purpose === 'roll-back' && urgent === true;

const admissionMs = 30_000;
const cutOverMs = 30_000;
/** With the time that it may go on for what is open at its end. */
const bakeBudgetMs = (watch: { readonly forMs: number }): number =>
  watch.forMs + overtimeMs(watch, { usualMs: longestWaitMs }) + cutOverMs;
const lookMs = { drift: 30_000, 'way-back': 300_000 } as const;

export function makePlan(question: PlanQuestion, hash: Hash): Plan {
  const { project, environment, release, standing, purpose } = question;
  const phases = project.phases.map((phase) => plannedPhase(phase, question));
  const steps = stepsOf(question, phases);
  const policy: VerdictPolicy = {
    required: [...certificateLines(question), ...requiredLines(steps, phases, driftHolds(question))],
    evidenceMaxAgeMs: environment.promotion.evidenceMaxAgeMs,
    conditions: { owner: environment.conditional.owner, dueWithinMs: environment.conditional.dueWithinMs },
  };
  const body = {
    ...{ project: project.name, environment: environment.name, purpose, release, standing },
    ...(isUrgent(question) && { urgent: true as const }),
    colour: standing.colour === 'blue' ? ('green' as const) : ('blue' as const),
    ...{ steps, phases, policy, bake: environment.bake, conditional: environment.conditional },
    proofFrom: purpose === 'deploy' ? before(project, environment) : null,
    definitionHash: definitionHash(project, environment, hash),
  };
  return { ...body, hash: planHash(body, hash) };
}

/** Over everything that a plan says beside its hash. */
export const planHash = (plan: Omit<Plan, 'hash'>, hash: Hash): string => hash(canonical({ ...plan, hash: undefined }));

export const definitionHash = (project: Project, environment: Environment, hash: Hash): string =>
  hash(canonical({ configuration: configurationOf(project), environment }));

const before = ({ path }: Project, { name }: Environment): string | null => path[path.indexOf(name) - 1] ?? null;

/** Where people are served, and wherever a release is promoted to, nobody moves traffic over a drift that nobody has looked at. */
const driftHolds = ({ project, environment }: PlanQuestion): boolean =>
  before(project, environment) !== null || project.path.at(-1) === environment.name;

/** Why a saved plan must not be carried out any more; null when it still holds. */
export function staleness(plan: Plan, standing: Standing, definition: string): Failure | null {
  const next = `Run "greenroom plan ${plan.environment}" again and read what changed.`;
  if (plan.standing.releaseRevision !== standing.releaseRevision || plan.standing.colour !== standing.colour)
    return {
      code: 'GR4201',
      message: `The plan is stale: ${standingWords(standing)} serves ${plan.environment} now, not ${standingWords(plan.standing)}.`,
      do: next,
    };
  if (plan.definitionHash !== definition)
    return { code: 'GR4202', message: 'The plan is stale: greenroom.yaml has changed since it was made.', do: next };
  return null;
}

/** With its colour: the same release may have been deployed again. */
const standingWords = ({ releaseId, colour }: Standing): string =>
  releaseId === null ? 'nothing' : `${releaseId}${colour === null ? '' : ` (${colour})`}`;

function plannedPhase(phase: Phase, question: PlanQuestion): PlannedPhase {
  const { environment, purpose } = question;
  const reasonToLeave = (check: CheckSpec): string | null => {
    if (!check.in.includes(environment.name)) return `runs in ${check.in.join(', ')} only`;
    if (purpose === 'roll-back' && phase.name !== 'health') return 'a rollback asks for health only';
    return isUrgent(question) ? 'asked after the switch: the rollback is wanted at once' : null;
  };
  const sorted = phase.checks.map((check) => ({ check, reason: reasonToLeave(check) }));
  return {
    ...{ name: phase.name, budgetMs: phase.budgetMs, parallel: phase.parallel },
    checks: sorted.filter((each) => each.reason === null).map((each) => each.check),
    left: sorted.flatMap((each) => (each.reason === null ? [] : [{ name: each.check.name, reason: each.reason }])),
  };
}

/** What stands is looked at before anything is begun. A rollback waits for nobody, and asks neither. */
function askedFirst({ project, environment, standing, purpose }: PlanQuestion): readonly (keyof typeof lookMs)[] {
  if (purpose === 'roll-back') return [];
  if (standing.colour !== null) return ['drift', 'way-back'];
  return before(project, environment) === null ? [] : ['drift'];
}

function stepsOf(question: PlanQuestion, phases: readonly PlannedPhase[]): readonly Step[] {
  const { project, environment, standing, purpose } = question;
  const step = (
    kind: Step['kind'],
    name: string,
    phase: string | null,
    budgetMs: number,
    subject: string | null = null,
  ): Step => ({ kind, name, phase, budgetMs, subject });
  const steps: Step[] = [step('admit', 'admit', null, admissionMs)];
  for (const [index, phase] of project.phases.entries()) {
    const { name, budgetMs } = phase;
    if (index === 0)
      for (const kind of askedFirst(question)) steps.push(step(kind, `${name}/${kind}`, name, lookMs[kind]));
    const migrated =
      phase.work.includes('databases') && purpose === 'deploy' ? project.databases.filter(isMigrated) : [];
    // What refuses the release, or brings up the database, comes before the migration.
    if (migrated.length > 0) steps.push(step('prepare', `${name}/prepare`, name, budgetMs));
    for (const database of migrated)
      steps.push(step('migrate', `${name}/migrate-${database.name}`, name, database.budgetMs, database.name));
    if (phase.work.includes('services')) {
      const isPrepared = steps.some(({ kind }) => kind === 'prepare');
      for (const kind of isPrepared ? (['start', 'prove'] as const) : (['prepare', 'start', 'prove'] as const))
        steps.push(step(kind, `${name}/${kind}`, name, budgetMs));
      // Beside what serves only; a rollback is not tried out.
      if (environment.preview && purpose === 'deploy' && standing.colour !== null)
        steps.push(step('preview', `${name}/preview`, name, cutOverMs));
    }
    if ((phases[index]?.checks.length ?? 0) > 0) steps.push(step('checks', name, name, budgetMs));
    if (phase.work.includes('decision')) steps.push(step('decide', `${name}/verdict`, name, budgetMs));
  }
  const drainMs = Math.max(0, ...project.services.map((service) => service.drainMs));
  const graceMs = Math.max(0, ...project.services.map((service) => service.stopGraceMs));
  steps.push(...shiftSteps(question, step), step('switch', 'switch', null, cutOverMs));
  if (purpose === 'roll-back') steps.push(step('verify', 'verify', null, verifyMs));
  // What somebody flees from is not gone back to because of what a bake sees: a verification that fails asks them.
  if (!isUrgent(question)) steps.push(step('bake', 'bake', null, bakeBudgetMs(environment.bake)));
  if (rehearses(question))
    for (const kind of ['rehearse-back', 'rehearse-forth'] as const)
      steps.push(step(kind, kind, null, rehearsalMs(question)));
  if (standing.colour !== null)
    steps.push(step('drain', 'drain', null, drainMs), step('stop', 'stop', null, graceMs + cutOverMs));
  return steps;
}

const isMigrated = ({ migrate }: Project['databases'][number]): boolean => Boolean(migrate);

/** A rollback waits for nobody, and where nothing serves there is nothing to go back to. */
const rehearses = ({ environment, standing, purpose }: PlanQuestion): boolean =>
  environment.rehearseRollback === true && purpose === 'deploy' && standing.colour !== null;

/** Time to nurse the old version, to ask its checks, and to switch. */
const rehearsalMs = ({ project }: PlanQuestion): number =>
  2 * cutOverMs +
  Math.max(0, ...project.services.map((service) => service.health.startsInMs)) +
  (project.phases.find((phase) => phase.name === 'health')?.budgetMs ?? 0);

export const demandsCertificate = ({ promotion }: Environment): boolean =>
  promotion.require?.includes('rollback-certificate') === true;

/** What the environment before has rehearsed stands in the verdict, where it is demanded and where it was asked for. */
function certificateLines({ project, environment, purpose }: PlanQuestion): readonly RequiredCheck[] {
  const previous = project.environments.find((each) => each.name === before(project, environment));
  const isRequired = demandsCertificate(environment);
  if (purpose === 'roll-back' || !previous || !(isRequired || previous.rehearseRollback === true)) return [];
  const phase = project.phases[0]?.name ?? '';
  const common = { kind: 'certificate', flaky: 'warn', where: 'greenroom' } as const;
  return [{ ...common, name: `${phase}/rollback-certificate`, phase, blocking: isRequired }];
}

type MakeStep = (kind: Step['kind'], name: string, phase: string | null, budgetMs: number, subject: string) => Step;

/** Each share is moved and watched before the next. A rollback does not linger, and where nothing serves there is nothing to share with. */
function shiftSteps({ environment, standing, purpose }: PlanQuestion, step: MakeStep): readonly Step[] {
  const { shift } = environment;
  if (!shift || purpose === 'roll-back' || standing.colour === null) return [];
  return shift.percents.flatMap((percent) => [
    step('switch', `switch-${percent}`, null, cutOverMs, `${percent}%`),
    step('bake', `bake-${percent}`, null, bakeBudgetMs(shift), `${percent}%`),
  ]);
}

/** Greenroom's own steps answer as lines of the verdict beside the checks of the file. */
function requiredLines(
  steps: readonly Step[],
  phases: readonly PlannedPhase[],
  isDriftHeld: boolean,
): readonly RequiredCheck[] {
  const decision = steps.findIndex((step) => step.kind === 'decide');
  const kindsThatAnswer: readonly Step['kind'][] = [
    'drift',
    'way-back',
    'migrate',
    'prepare',
    'start',
    'prove',
    'preview',
  ];
  return steps.slice(0, decision).flatMap((step): readonly RequiredCheck[] => {
    if (kindsThatAnswer.includes(step.kind))
      return [
        {
          name: step.name,
          phase: step.phase ?? '',
          kind: step.kind,
          blocking: true,
          flaky: 'warn',
          where: 'greenroom',
          ...(step.kind === 'drift' && isDriftHeld && { holds: true as const }),
        },
      ];
    if (step.kind !== 'checks') return [];
    const phase = phases.find((each) => each.name === step.phase);
    return (phase?.checks ?? []).map(({ name, kind, blocking, flaky, where }) => ({
      name,
      phase: step.phase ?? '',
      kind,
      blocking,
      flaky,
      where,
    }));
  });
}

import type { Message, OperationResult } from '../../src/domain/deployment.ts';
import type { Step, StepKind } from '../../src/domain/step.ts';
import { accept, conditions, ended, gists, goBack, resolve, workOf, type Rules } from './rules.ts';
import {
  acts,
  apply,
  asked,
  looksLast,
  obstacle,
  save,
  stands,
  take,
  type Scenario,
  type WorldState,
} from './world.ts';

export interface Move {
  readonly name: string;
  readonly world: WorldState;
  /** The message that was folded, when it was one. */
  readonly message?: Message;
  /** The rule that the move itself breaks. */
  readonly breaks?: string;
}

/** Everything that can happen next, to the protocol and by the adversary. */
export function movesOf(rules: Rules, world: WorldState, scenario: Scenario): readonly Move[] {
  const moves: Move[] = [];
  if (!world.isSaved) moves.push({ name: 'the flow saves', world: save(world) });
  else for (const message of readable(rules, world, scenario)) tell(moves, rules, world, message, scenario);
  const { running } = world.deployment;
  if (running && world.operation) operate(moves, world, running.step, scenario);
  if (world.stray) moves.push(strayMove(world, world.stray, scenario));
  if (!world.deployment.ended) adversary(moves, world, scenario);
  return moves;
}

function tell(moves: Move[], rules: Rules, world: WorldState, message: Message, scenario: Scenario): void {
  const after = take(rules, world, message, scenario);
  if (after.deployment !== world.deployment) moves.push({ name: nameOf(message), world: after, message });
}

function nameOf(message: Message): string {
  if (message.kind === 'operation-ended') return `the flow reads: ${message.result.status}`;
  if (message.kind === 'go-back') return `somebody asks: ${message.as}`;
  if (message.kind === 'resolve') return `a person resolves: ${message.choice}`;
  return message.kind === 'accept' ? `a person accepts ${message.condition}` : 'the flow begins the next step';
}

/** Messages that may be on top of the inbox now; people may send theirs at any time. */
function readable(rules: Rules, world: WorldState, scenario: Scenario): readonly Message[] {
  const { deployment, mail } = world;
  if (deployment.ended) return [];
  const messages: Message[] = scenario.wishes.map(goBack);
  if (mail && deployment.running) messages.push(ended(deployment.running.number, mail));
  if (rules.decide(deployment).kind === 'begin') messages.push({ kind: 'begin' });
  if (scenario.accepts && !deployment.switched && !deployment.goingBack) messages.push(...conditions.map(accept));
  if (deployment.hold?.kind !== 'unknown') return messages;
  messages.push(resolve('retry'), resolve('go-back'));
  const { step } = deployment.hold;
  // A person who looks says "continue" only where the step's work is done.
  if (stands(world, workOf(step), scenario) || scenario.careless.includes(step.kind))
    messages.push(resolve('continue'));
  return messages;
}

function operate(moves: Move[], world: WorldState, step: Step, scenario: Scenario): void {
  const operation = world.operation!;
  const work = workOf(step);
  const answer = (name: string, result: OperationResult, from = world): void =>
    void moves.push({ name: `${step.name} ${name}`, world: { ...from, operation: null, mail: result } });
  if (!acts(work)) return look(answer, world, step, scenario);
  if (operation.at === 'spawned') {
    const looked = step.kind === 'switch' ? null : obstacle(world, work, scenario);
    if (looked) return answer(`looks and gives up: ${looked}`, resultOf(looked));
    answer('breaks before it acts: unknown', unknown);
    const epoch = world.epoch + 1;
    moves.push({ name: `${step.name} claims epoch`, world: { ...world, epoch, operation: { at: 'claimed', epoch } } });
  } else if (operation.at === 'claimed') effect(moves, answer, world, step, scenario);
  else {
    if (stands(world, work, scenario)) answer('is done', { status: 'done' });
    else answer('reads back something else', unknown);
    answer('answers too late: unknown', unknown);
    // Start counts as failed when it breaks; a switch whose public address is not right has failed after it moved.
    if (failsLate.has(step.kind)) answer('fails after it acted', failed);
  }
}

const failsLate: ReadonlySet<StepKind> = new Set(['start', 'preview', 'switch', 'rehearse-forth']);

type Answer = (name: string, result: OperationResult, from?: WorldState) => void;

function effect(moves: Move[], answer: Answer, world: WorldState, step: Step, scenario: Scenario): void {
  const { epoch } = world.operation!;
  // Who points the proxy reads the instances first; who stops a version has looked before.
  const looked = looksLast(workOf(step)) ? obstacle(world, workOf(step), scenario) : null;
  if (looked) return answer('looks and gives up', resultOf(looked));
  const after = apply(world, workOf(step), epoch, scenario);
  if (!after) return answer('is refused: unknown', unknown);
  const isBack = step.kind === 'switch-back' || step.kind === 'rehearse-back';
  const isWorse = isBack
    ? world.old === 'killed' && world.new === 'running'
    : step.kind === 'rehearse-forth' && world.new === 'killed' && world.old === 'running';
  const breaks = isWorse ? { breaks: 'the traffic is not taken to a sick version from one that is well' } : {};
  moves.push({ name: `${step.name} acts`, world: { ...after, operation: { at: 'applied', epoch } }, ...breaks });
  if (world.stray || world.strays >= scenario.strays) return;
  const lost: WorldState = {
    ...world,
    stray: { work: workOf(step), at: 'claimed', epoch },
    strays: world.strays + 1,
  };
  answer('times out, its request is still on the way', failing.has(step.kind) ? failed : unknown, lost);
}

function look(answer: Answer, world: WorldState, step: Step, scenario: Scenario): void {
  answer('fails', failed);
  answer('breaks or is cut off: unknown', unknown);
  if (step.kind === 'decide') {
    answer('ends without a verdict', { status: 'done' });
    const isWhole = world.deployment.steps.every(({ kind }) => !asked.includes(kind) || world.measured.includes(kind));
    for (const verdict of gists)
      if ((scenario.accepts || verdict.holdFor.length === 0) && (isWhole || verdict.decision === 'no-go'))
        answer(`says ${verdict.decision}${verdict.couldNotJudge ? ', could not judge' : ''}`, {
          status: 'done',
          verdict,
        });
  } else if (stands(world, workOf(step), scenario)) answer('is done', { status: 'done' });
}

/** Broken before the verdict, they have failed, whatever is still on its way; the verdict says no. */
const failing: ReadonlySet<StepKind> = new Set(['start', 'preview']);

const failed: OperationResult = { status: 'failed', reason: 'broken' };
const unknown: OperationResult = { status: 'unknown', reason: 'cut off' };
const resultOf = (status: 'done' | 'failed' | 'unknown'): OperationResult =>
  status === 'done' ? { status } : status === 'failed' ? failed : unknown;

/** A server that was paused, or a request that was given up: it goes on where it stopped, with what it had. */
function strayMove(world: WorldState, stray: NonNullable<WorldState['stray']>, scenario: Scenario): Move {
  const gone = { ...world, stray: null };
  const who = `the stray ${stray.work}`;
  if (stray.at === 'claimed') {
    const after = apply(gone, stray.work, stray.epoch, scenario);
    return after ? { name: `${who} acts late`, world: after } : { name: `${who} is refused`, world: gone };
  }
  if (scenario.protocol.claimsNeedLease) return { name: `${who} gets no epoch`, world: gone };
  const epoch = world.epoch + 1;
  return { name: `${who} claims epoch`, world: { ...world, epoch, stray: { ...stray, at: 'claimed', epoch } } };
}

function adversary(moves: Move[], world: WorldState, scenario: Scenario): void {
  const { operation, deployment, owner } = world;
  const again = { ...world, operation: { at: 'spawned', epoch: 0 }, owner: owner === 0 ? 1 : 0 } as const;
  if (operation && operation.at !== 'spawned' && world.crashes < scenario.crashes)
    moves.push({ name: `server ${owner} crashes`, world: { ...again, crashes: world.crashes + 1 } });
  if (deployment.running && operation && acts(workOf(deployment.running.step)) && operation.at !== 'applied')
    if (!world.stray && world.strays < scenario.strays) {
      const stray = { work: workOf(deployment.running.step), at: operation.at, epoch: operation.epoch };
      const paused = { ...again, stray, strays: world.strays + 1 };
      moves.push({ name: `server ${owner} is paused and loses its lease`, world: paused });
    }
  for (const colour of ['old', 'new'] as const) {
    if (world[colour] === 'running' && world.kills < scenario.kills)
      moves.push({
        name: `the ${colour} version crashes`,
        world: { ...world, [colour]: 'killed', kills: world.kills + 1 },
      });
    if (world[colour] === 'killed')
      moves.push({ name: `a person brings the ${colour} version up`, world: { ...world, [colour]: 'running' } });
  }
}

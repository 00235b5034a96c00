import { broken } from './invariants.ts';
import { movesOf } from './moves.ts';
import { wrongReaction } from './reactions.ts';
import { accept, conditions, ended, gistOf, goBack, resolve, results, type Rules } from './rules.ts';
import { keyOf, newWorld, type Scenario, type WorldState } from './world.ts';
import type { DeploymentState, Message } from '../../src/domain/deployment.ts';

export interface Exploration {
  readonly scenario: string;
  readonly states: number;
  readonly moves: number;
  readonly ends: number;
  readonly violation: Violation | null;
}

export interface Violation {
  readonly rule: string;
  /** Shortest way there. */
  readonly trace: readonly string[];
}

/** States beyond this are a violation too: the bounded world is finite. */
const limit = 600_000;

/** Walks every state that can be reached, breadth first, and then asks of each whether an end can still be reached. */
export function explore(rules: Rules, scenario: Scenario): Exploration {
  const walk = new Walk(rules, scenario);
  const violation = walk.run();
  return { ...walk.size(), scenario: scenario.name, violation };
}

class Walk {
  readonly #rules: Rules;
  readonly #scenario: Scenario;
  readonly #index = new Map<string, number>();
  readonly #queue: WorldState[] = [];
  /** How each state was first reached: from which, and by what. */
  readonly #from: number[] = [];
  readonly #by: string[] = [];
  readonly #edgesFrom: number[] = [];
  readonly #edgesTo: number[] = [];
  readonly #reacted = new Set<string>();
  #ends = 0;

  constructor(rules: Rules, scenario: Scenario) {
    this.#rules = rules;
    this.#scenario = scenario;
  }

  size(): { states: number; moves: number; ends: number } {
    return { states: this.#index.size, moves: this.#edgesTo.length, ends: this.#ends };
  }

  run(): Violation | null {
    let at = 0;
    try {
      this.#reach(newWorld(this.#rules, this.#scenario), -1, 'begin');
      for (; at < this.#queue.length; at += 1) {
        const rule = this.#visit(at);
        if (rule !== null) return { rule, trace: this.#trace(at) };
        if (this.#queue.length > limit) return { rule: 'the world does not end', trace: this.#trace(at) };
      }
    } catch (error) {
      return { rule: `throws ${String(error)}`, trace: this.#trace(at) };
    }
    return this.#stuck();
  }

  #reach(world: WorldState, from: number, by: string): void {
    const key = keyOf(world);
    let index = this.#index.get(key);
    if (index === undefined) {
      index = this.#queue.push(world) - 1;
      this.#index.set(key, index);
      this.#from.push(from);
      this.#by.push(by);
    }
    if (from < 0) return;
    this.#edgesFrom.push(from);
    this.#edgesTo.push(index);
  }

  #visit(at: number): string | null {
    const world = this.#queue[at]!;
    const rule = broken(world, this.#scenario) ?? this.#reactions(world.deployment);
    if (rule !== null) return rule;
    for (const move of movesOf(this.#rules, world, this.#scenario)) {
      if (move.breaks !== undefined) return move.breaks;
      this.#reach(move.world, at, move.name);
    }
    // Whatever is needed of a state that has been walked stands in the key; the rest may go.
    if (!world.deployment.ended) this.#queue[at] = undefined as never;
    return null;
  }

  /** Every message to every state of the rules, also doubled, late and misplaced ones. */
  #reactions(deployment: DeploymentState): string | null {
    const gist = gistOf(deployment);
    if (this.#reacted.has(gist)) return null;
    this.#reacted.add(gist);
    for (const message of anyMessage(deployment)) {
      const rule = wrongReaction(this.#rules, deployment, message);
      if (rule !== null) return rule;
    }
    return null;
  }

  #trace(index: number): readonly string[] {
    const trace: string[] = [];
    for (let at = index; at > 0; at = this.#from[at]!) trace.push(this.#by[at]!);
    return trace.reverse();
  }

  /** Backwards from every end: a state that is not met can never end. */
  #stuck(): Violation | null {
    const count = this.#index.size;
    const starts = new Uint32Array(count + 1);
    for (const to of this.#edgesTo) starts[to + 1]! += 1;
    for (let at = 0; at < count; at += 1) starts[at + 1]! += starts[at]!;
    const sources = new Uint32Array(this.#edgesTo.length);
    const filled = starts.slice();
    this.#edgesTo.forEach((to, edge) => (sources[filled[to]!++] = this.#edgesFrom[edge]!));
    const canEnd = new Uint8Array(count);
    const stack: number[] = [];
    for (let at = 0; at < count; at += 1) if (this.#queue[at]?.deployment.ended) stack.push(at);
    this.#ends = stack.length;
    for (const at of stack) canEnd[at] = 1;
    for (let at = stack.pop(); at !== undefined; at = stack.pop())
      for (let edge = starts[at]!; edge < starts[at + 1]!; edge += 1)
        if (!canEnd[sources[edge]!]) stack.push(mark(canEnd, sources[edge]!));
    const stuck = canEnd.indexOf(0);
    return stuck < 0 ? null : { rule: 'an end can be reached from everywhere', trace: this.#trace(stuck) };
  }
}

function mark(marks: Uint8Array, at: number): number {
  marks[at] = 1;
  return at;
}

export function anyMessage(state: DeploymentState): readonly Message[] {
  const number = state.operations;
  return [
    { kind: 'begin' },
    ...[number - 1, number, number + 1].flatMap((each) => results.map((result) => ended(each, result))),
    ...(['cancelled', 'superseded', 'rolled-back'] as const).map(goBack),
    ...conditions.map(accept),
    ...(['retry', 'continue', 'go-back'] as const).map(resolve),
  ];
}

export const describe = ({ rule, trace }: Violation): string =>
  [`broken: ${rule}`, ...trace.map((each, index) => `  ${index + 1}. ${each}`)].join('\n');

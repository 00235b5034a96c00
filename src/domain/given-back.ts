import { formatDuration } from './duration.ts';
import type { JsonObject } from './json.ts';

/** What came of one that served before Greenroom and was started again: a fact of the step `stop-new`. */
export interface GivenBackFact extends JsonObject {
  readonly service: string;
  /** As people call it: `container hello-web`. */
  readonly name: string;
  /** From when it was stopped to when it served again, in milliseconds, or was given up. */
  readonly awayMs: number;
  /** Nobody else had the port meanwhile: no traffic had moved. */
  readonly wasDark: boolean;
  /** How it was seen to serve: `status 200 from http://…`. Null when it does not, or has no public address to be asked. */
  readonly seen: string | null;
  /** Why it does not serve; null when it does. */
  readonly problem: string | null;
  /** The command that helps then. */
  readonly byHand: string;
}

/** Of the facts of a step; empty where nothing was to be given back. */
export function givenBackIn(facts: JsonObject): readonly GivenBackFact[] {
  const found = facts['givenBack'];
  return Array.isArray(found) ? (found as readonly GivenBackFact[]) : [];
}

/** For people, one sentence. Who is dark is said first, and loudly. */
export function givenBackWords({ service, name, awayMs, wasDark, seen, problem, byHand }: GivenBackFact): string {
  const own = `the team's own ${name}`;
  if (problem !== null)
    return `NOBODY SERVES ${service}: run "${byHand}"; ${own} does not serve again: ${problem.replace(/\.?$/, '.')}`;
  const how = seen === null ? 'it runs' : seen;
  const meanwhile = wasDark ? '; nobody answered in that time' : '';
  return `${service} is served again by ${own} (${how}), ${formatDuration(awayMs)} after it was stopped${meanwhile}.`;
}

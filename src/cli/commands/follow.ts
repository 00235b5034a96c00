import { followDeployment } from '../../app/follow-deployment.ts';
import type { OpenWorld } from '../../compose.ts';
import { findHeldBefore } from '../../app/held-before.ts';
import { findObstacle } from '../../app/obstacle.ts';
import { readAccount } from '../../app/read-history.ts';
import { answersTo, nextSteps } from '../../domain/answers.ts';
import type { Failure } from '../../domain/failure.ts';
import type { StoredDeployment } from '../../store/deployments.ts';
import { exit, exitCodeOfEnding, exitCodeOfFailures, exitCodeOfHold } from '../exit-code.ts';
import type { Output } from '../output.ts';
import { openScreen } from '../screen.ts';
import type { Session } from '../session.ts';

export interface FollowOptions {
  /** Leave instead of waiting for a person; `exitCodeOfHold` says with which code. */
  readonly noWait: boolean;
  readonly strict: boolean;
}

const settleMs = 1_500;
/** How often it is asked whether the deployment can go on at all. */
const lookEveryMs = 2_000;

export interface Followed {
  readonly code: number;
  /** What `--json` prints: the report of an ended deployment, or how an open one stands. */
  readonly document: unknown;
}

/** Follows one deployment to its end; with --json its document is the answer of the command. */
export async function follow(session: Session, world: OpenWorld, id: string, options: FollowOptions): Promise<number> {
  const { code, document } = await followed(session, world, id, options);
  if (session.out.isJson) session.out.json(document);
  return code;
}

/** Draws a deployment until it ends or waits, and says how; answers the exit code and the document. */
export async function followed(
  session: Session,
  world: OpenWorld,
  id: string,
  options: FollowOptions,
): Promise<Followed> {
  const { out, signal } = session;
  const screen = openScreen(out);
  let last: StoredDeployment | null = null;
  let heldVersion = -1;
  let heldSince = 0;
  let lookedAt = Number.NEGATIVE_INFINITY;
  let before: StoredDeployment | null = null;
  for await (const event of followDeployment(world, id, signal)) {
    if (event.kind === 'record') screen.record(event.record);
    else if (event.kind === 'result') screen.result(event.result);
    else {
      last = event.deployment;
      screen.standing(last);
      if (last.status !== 'held' || last.version !== heldVersion) heldSince = performance.now();
      heldVersion = last.version;
      if (performance.now() - lookedAt > lookEveryMs) {
        lookedAt = performance.now();
        const obstacle = await findObstacle(world, last);
        if (obstacle !== null) {
          screen.close();
          return sayObstacle(out, last, obstacle);
        }
        const seen: StoredDeployment | null = before;
        before = await findHeldBefore(world, last);
        if (before && before.version === seen?.version && options.noWait) break;
        if (before && before.version !== seen?.version) waitsBehind(last, before).forEach(out.note);
      }
      // A word that was said a moment ago may still be on its way to the engine.
      if (last.status === 'held' && performance.now() - heldSince > settleMs) {
        if (options.noWait) break;
        screen.answers(answerLines(last));
      }
    }
  }
  screen.close();
  if (last === null) return { code: exit.couldNotJudge, document: { ok: false } };
  // It may have begun since it was last asked who is before it.
  const isBehind = before !== null && last.state === null;
  if (last.ending === null) return isBehind ? sayBehind(session, last, before!) : sayStanding(session, last);
  return { code: codeOf(last, options.strict), document: await sayEnding(out, world, id) };
}

function codeOf({ request, ending, verdict }: StoredDeployment, isStrict: boolean): number {
  if (request.purpose === 'roll-back' && ending?.as === 'live') return exit.ok;
  return exitCodeOfEnding(ending!, verdict?.decision === 'conditional-go', isStrict);
}

async function sayEnding(out: Output, world: OpenWorld, id: string): Promise<unknown> {
  const account = await readAccount(world, id);
  const [{ reportJson }, { reportText }] = await Promise.all([
    import('../../report/json.ts'),
    import('../../report/text.ts'),
  ]);
  out.line();
  out.block(reportText(account, { colour: out.style('bold', '') !== '', width: out.width }));
  return JSON.parse(reportJson(account));
}

/** Nobody waits for what does not come. */
function sayObstacle(out: Output, deployment: StoredDeployment, obstacle: Failure): Followed {
  const { id, environment, number, status, state } = deployment;
  const document = {
    ...{ ok: false, failures: [obstacle] },
    deployment: { id, environment, number, status, hold: state?.hold ?? null },
  };
  if (!out.isJson) out.failures([obstacle]);
  return { code: exitCodeOfFailures([obstacle]), document };
}

function sayStanding({ out }: Session, deployment: StoredDeployment): Followed {
  const hold = deployment.state?.hold ?? null;
  const { id, environment, number, status } = deployment;
  const document = { ok: false, deployment: { id, environment, number, status, hold } };
  if (hold === null) {
    const goOn = '"greenroom resume" goes on with it';
    const takeBack = `"greenroom cancel ${environment}" takes it back`;
    out.note(`Deployment ${number} of ${environment} is not over (${status}). ${goOn}; ${takeBack}.`);
    return { code: exit.interrupted, document };
  }
  out.line(`${out.style('yellow', 'HELD')}  ${hold.reason}`);
  answerLines(deployment).forEach(out.line);
  return { code: codeOfHold(deployment), document };
}

/** What a person can do about what it waits for. */
const answerLines = ({ environment, state, verdict }: StoredDeployment): readonly string[] => [
  ...answersTo(environment, state).map((each) => `  do     ${each}`),
  ...nextSteps(state, verdict).map((each) => `  next   ${each}`),
];

const codeOfHold = ({ state }: StoredDeployment): number => exitCodeOfHold(state?.hold?.kind ?? 'unknown');

/** A queued deployment, and the one before it that waits for a person. */
function sayBehind({ out }: Session, last: StoredDeployment, before: StoredDeployment): Followed {
  const { id, environment, number, status } = last;
  const [waits, ...answers] = waitsBehind(last, before);
  out.line(`${out.style('yellow', 'HELD')}  ${waits}`);
  for (const each of answers) out.line(each);
  const { id: first, number: firstNumber, state } = before;
  const waitsFor = { id: first, number: firstNumber, hold: state?.hold ?? null };
  const deployment = { id, environment, number, status, hold: null, waitsFor };
  return { code: codeOfHold(before), document: { ok: false, deployment } };
}

const waitsBehind = ({ number, environment }: StoredDeployment, before: StoredDeployment): readonly string[] => [
  `Deployment ${number} of ${environment} begins after deployment ${before.number}, which waits for a person: ${before.state?.hold?.reason ?? ''}`,
  ...answerLines(before),
];

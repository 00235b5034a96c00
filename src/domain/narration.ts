import type { DeploymentState, Message } from './deployment.ts';
import type { JsonObject } from './json.ts';
import type { RecordBody } from './record.ts';

/** How a deployment stands, in the words that status lists print. */
export function statusOf(state: DeploymentState): string {
  if (state.ended) return 'ended';
  if (state.hold) return 'held';
  if (state.goingBack) return 'going back';
  return state.running?.step.name ?? state.steps[state.next]?.name ?? 'running';
}

/** What is written into the log when `message` led from one state to the next. A message that changed nothing is recorded as refused. */
export function narrate(before: DeploymentState, message: Message, after: DeploymentState): readonly RecordBody[] {
  const bodies: RecordBody[] = [];
  const say = (kind: string, data: JsonObject, actor = 'greenroom') => bodies.push({ kind, actor, data });
  if (message.kind === 'begin' && after.running)
    say('step-began', { step: after.running.step.name, operation: after.running.number });
  if (message.kind === 'operation-ended' && after !== before)
    say('step-ended', {
      step: before.running?.step.name ?? '',
      operation: message.number,
      ...withoutVerdict(message.result),
    });
  if (message.kind === 'go-back')
    say(after === before ? 'go-back-refused' : 'go-back-asked', { as: message.as, reason: message.reason }, message.by);
  if (message.kind === 'resolve')
    say(after === before ? 'resolve-refused' : 'resolved', { choice: message.choice }, message.by);
  if (after.verdict && after.verdict !== before.verdict)
    say('verdict', {
      decision: after.verdict.decision,
      couldNotJudge: after.verdict.couldNotJudge,
      reason: after.verdict.reason,
    });
  if (after.hold && after.hold !== before.hold) say('held', { kind: after.hold.kind, reason: after.hold.reason });
  if (after.goingBack && !before.goingBack)
    say('going-back', { as: after.goingBack.because.as, reason: after.goingBack.because.reason });
  if (after.ended && !before.ended) say('deployment-ended', { as: after.ended.as, reason: after.ended.reason });
  return bodies;
}

function withoutVerdict(result: Extract<Message, { kind: 'operation-ended' }>['result']): JsonObject {
  if (result.status === 'done') return { status: result.status, facts: result.facts ?? {} };
  return { status: result.status, reason: result.reason };
}

import type { WorkflowStatus } from '@dbos-inc/dbos-sdk';
import type { FoundFlow } from './engine.ts';

/** Version of the flows' order of recorded answers. A change of that order needs a new one, and a way for flows in flight. */
export const flowVersion = 'wf2';

const going = new Set(['PENDING', 'ENQUEUED', 'DELAYED']);
/** Cancelling is how a flow is cut off or abandoned, so it has not broken of it. */
const over = new Set(['SUCCESS', 'CANCELLED']);

/** How a flow stands, in the words of the seam. */
export function foundFlow(row: WorkflowStatus | null | undefined): FoundFlow | null {
  if (!row) return null;
  const { status, error, applicationVersion, executorId } = row;
  const isBroken = !going.has(status) && !over.has(status);
  return {
    status: going.has(status) ? 'open' : isBroken ? 'broken' : 'ended',
    reason: isBroken ? (error instanceof Error ? error.message : status) : null,
    otherVersion: applicationVersion === undefined || applicationVersion === flowVersion ? null : applicationVersion,
    owner: status === 'ENQUEUED' ? null : (executorId ?? null),
  };
}

// A rehearsal as it is asked for: both ends are looked at, the copy is found or made, and what was made for it is gone afterwards.
import { createHash } from 'node:crypto';
import { migrationDigest } from '../domain/rehearsal/digest.ts';
import type { Command, MeasuredRehearsal, RehearsalRequest } from '../kinds/rehearsals.ts';
import { askEnds } from './ask-ends.ts';
import { findCopy } from './find-copy.ts';
import { rehearse } from './rehearse.ts';

export async function rehearseRequest(request: RehearsalRequest, signal: AbortSignal): Promise<MeasuredRehearsal> {
  const { server, nowMs, onProgress = () => undefined } = request;
  signal.throwIfAborted();
  const { production } = await askEnds(server, request.production);
  if (request.copy.from === 'backup') onProgress('restoring the backup');
  const copy = await findCopy(server, request.copy, nowMs, signal);
  const until =
    (command: Command, progress?: () => string): Command =>
    async (url, limit) => {
      if (signal.aborted) return { isDone: false };
      if (progress) onProgress(progress());
      return command(url, AbortSignal.any([limit, signal]));
    };
  let runs = 0;
  try {
    const { back, write } = request;
    const told = await rehearse({
      ...{ adminUrl: server, copy: copy.name, copiedAtMs: copy.copiedAtMs, nowMs, production },
      ...{ lockTimeoutMs: request.lockTimeoutMs, limitMs: request.limitMs, profile: request.profile },
      ...{ files: request.files, oldStatements: request.oldStatements, applicationRole: request.applicationRole },
      migrate: until(request.migrate, () => `migrating, run ${(runs += 1)}`),
      back: back && { kind: back.kind, run: until(back.run, () => 'going back') },
      write: write && until(write),
    });
    // What was cut off in the middle would look like a migration that fails.
    signal.throwIfAborted();
    const { facts, isIdle, swept, lines } = told;
    return {
      ...{ facts, isIdle, swept, runs: told.runs, copiedAtMs: copy.copiedAtMs, canary: lines.canary },
      digest: migrationDigest(request, sha256),
    };
  } finally {
    await copy.drop();
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

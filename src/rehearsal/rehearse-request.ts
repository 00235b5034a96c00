// A rehearsal as it is asked for: both ends are looked at, the copy is found or made, and what was made for it is gone afterwards.
import { createHash } from 'node:crypto';
import { migrationDigest } from '../domain/rehearsal/digest.ts';
import type { CaptureSource, Command, MeasuredRehearsal, RehearsalRequest } from '../kinds/rehearsals.ts';
import { askEnds } from './ask-ends.ts';
import { inRoom } from './full-scratch.ts';
import { findCopy } from './find-copy.ts';
import type { Meet } from './order.ts';
import { rehearse } from './rehearse.ts';
import { statementStatistics } from './statement-statistics.ts';

export const rehearseRequest = (request: RehearsalRequest, signal: AbortSignal): Promise<MeasuredRehearsal> =>
  inRoom(() => measured(request, signal));

async function measured(request: RehearsalRequest, signal: AbortSignal): Promise<MeasuredRehearsal> {
  const { server, nowMs, onProgress = () => undefined } = request;
  signal.throwIfAborted();
  const { production, logins, mark } = await askEnds(server, request.production);
  const meet = request.capture && (await meetOf(request.capture));
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
    const { back, write, capture, smoke } = request;
    const recorded = meet && capture && { meet: observed(meet, until), except: capture.except };
    const told = await rehearse({
      ...{ adminUrl: server, copy: copy.name, copiedAtMs: copy.copiedAtMs, nowMs, production, logins },
      ...{ lockTimeoutMs: request.lockTimeoutMs, limitMs: request.limitMs, profile: request.profile },
      ...{ files: request.files, oldStatements: request.oldStatements, applicationRole: request.applicationRole },
      migrate: until(request.migrate, () => `migrating, run ${(runs += 1)}`),
      back: back && 'run' in back ? { kind: back.kind, run: until(back.run, () => 'going back') } : back,
      ...{ book: request.book, write: write && until(write) },
      ...(recorded && { capture: recorded }),
      ...(smoke && { smoke: until(smoke, () => 'asking the new version') }),
    });
    // What was cut off in the middle would look like a migration that fails.
    signal.throwIfAborted();
    const { facts, isIdle, swept, lines } = told;
    return {
      ...{
        facts,
        mark,
        isIdle,
        swept,
        runs: told.runs,
        copiedAtMs: copy.copiedAtMs,
        canary: lines.canary,
        locks: lines.locks,
      },
      digest: migrationDigest(request, sha256),
    };
  } finally {
    await copy.drop();
  }
}

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Statistics are read before anything is made; a command runs when there is a clone. */
const meetOf = async (source: CaptureSource): Promise<Meet> =>
  source.from === 'command'
    ? { from: 'command', run: source.run }
    : { from: 'known', capture: await statementStatistics(source.url, source.user) };

type Until = (command: Command, progress?: () => string) => Command;
const observed = (meet: Meet, until: Until): Meet =>
  meet.from === 'known' ? meet : { from: 'command', run: until(meet.run, () => 'recording the old version') };

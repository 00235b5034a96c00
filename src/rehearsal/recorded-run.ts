// A command of the old version's, run on a clone before the migration; what it asks there is kept.
import { fail } from '../domain/failure.ts';
import type { Command } from '../kinds/rehearsals.ts';
import type { Capture, Captured } from './capture.ts';
import { openProxy } from './proxy.ts';
import { recordingSession } from './recording.ts';
import type { Scratch } from './scratch.ts';

/** A program that writes its values into its texts makes a new text each time; what is beyond counts as not readable. */
const mostTexts = 20_000;
const mostSamples = 5;

/** Throws `GR5131` when the command fails: nobody knows then what it would still have asked. */
export async function recordedRun(scratch: Scratch, command: Command, limitMs: number): Promise<Capture> {
  const { hostname, port } = new URL(scratch.url());
  const met = new Map<string, Captured[]>();
  let hidden = 0;
  const keep = (each: Captured) => {
    const key = JSON.stringify([each.text, each.types]);
    const samples = met.get(key) ?? [];
    if (samples.length === 0 && met.size >= mostTexts) hidden += 1;
    else if (samples.length < mostSamples) met.set(key, [...samples, each]);
  };
  const target = { host: hostname.replace(/^\[|\]$/g, ''), port: Number(port || 5432) };
  const proxy = await openProxy(target, recordingSession(keep));
  try {
    const limit = AbortSignal.timeout(Math.ceil(limitMs));
    const { isDone } = await command(scratch.url({ host: '127.0.0.1', port: proxy.port }), limit);
    if (!isDone)
      fail({
        code: 'GR5131',
        message: limit.aborted
          ? 'The command by which the old version is captured did not end in time.'
          : 'The command by which the old version is captured failed.',
        where: 'capture.command of the check migration-rehearsal',
        do: 'Run it by hand against a copy: it is given DATABASE_URL and libpq’s PGHOST, PGPORT, PGUSER, PGPASSWORD, PGDATABASE.',
      });
  } finally {
    await proxy.close();
  }
  return { source: 'its recorded command', met: [...met.values()].flat(), hidden };
}

import { z } from 'zod';
import { formatDuration } from '../domain/duration.ts';
import type { Command, Driver, Instance, Slot } from '../kinds/driver.ts';
import { fenced } from '../kinds/fence.ts';
import { commandsOf, expectTree, runCommand, type Change } from '../kinds/slot-commands.ts';
import type { Host } from './process/host.ts';
import { folderOf } from './process/places.ts';
import { settlePorts } from './process/ports.ts';
import { readRecords } from './process/records.ts';
import { endOtherReleases, startService } from './process/start.ts';
import { stopService } from './process/stop.ts';

const schema = z.strictObject({});

/** Services as processes of this machine, in sessions of their own: they outlive the control plane. */
export function processDriver(host: Host): Driver {
  return {
    kind: 'process',
    summary: 'Services as processes of this machine, two colours beside each other, no container needed.',
    schema,
    plan,
    run: (command, slot, signal) => run(host, command, slot, signal),
    observe: (slot) => observe(host, slot),
  };
}

const plan = (change: Change, slot: Slot): readonly Command[] =>
  commandsOf(change, slot, {
    prepare: () =>
      `prepare ${slot.colour}: check ${slot.release.id} byte for byte, end what an older release left there`,
    start: ({ name, argv }) => `start ${name}: ${argv.join(' ')}`,
    stop: ({ name, stopGraceMs }) => `stop ${name}: SIGTERM, after ${formatDuration(stopGraceMs)} SIGKILL`,
  });

const run = (host: Host, command: Command, slot: Slot, signal: AbortSignal): Promise<void> =>
  runCommand(
    command,
    { host, slot },
    {
      prepare: () => prepare(host, slot, signal),
      start: (_, service) => startService(host, slot, service, signal),
      stop: (_, { name, stopGraceMs }) => stopService(host, slot, name, stopGraceMs, signal),
    },
    signal,
  );

async function prepare(host: Host, slot: Slot, signal: AbortSignal): Promise<void> {
  await expectTree(host, slot);
  await endOtherReleases(host, slot, signal);
  await fenced(host, slot, signal, async () => {
    await host.makeFolder(folderOf(slot));
    const running = (await readRecords(host, slot)).some((record) => host.status(record) === 'running');
    await settlePorts(host, slot, running);
  });
}

async function observe(host: Host, slot: Slot): Promise<readonly Instance[]> {
  const records = await readRecords(host, slot);
  return records
    .filter((record) => host.status(record) === 'running')
    .map((record) => ({
      service: record.service,
      host: record.host,
      port: record.port,
      pid: record.pid,
      startedTicks: record.startedTicks,
      releaseId: record.releaseId,
      startedAt: record.startedAt,
      log: { path: record.logPath, from: record.logFrom },
    }));
}

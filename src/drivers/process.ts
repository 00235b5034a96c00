import { z } from 'zod';
import { fail, FailureError } from '../domain/failure.ts';
import { formatDuration } from '../domain/duration.ts';
import type { Command, Driver, Instance, Slot, SlotService } from '../kinds/driver.ts';
import { fenced } from '../kinds/fence.ts';
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

function plan(change: 'prepare' | 'start' | 'stop', slot: Slot): readonly Command[] {
  switch (change) {
    case 'prepare': {
      const text = `prepare ${slot.colour}: check ${slot.release.id} byte for byte, end what an older release left there`;
      return [{ kind: 'prepare', text, service: null }];
    }
    case 'start':
      return slot.services.map(({ name, argv }) => ({
        kind: 'start',
        text: `start ${name}: ${argv.join(' ')}`,
        service: name,
      }));
    case 'stop':
      return slot.services.map(({ name, stopGraceMs }) => ({
        kind: 'stop',
        text: `stop ${name}: SIGTERM, after ${formatDuration(stopGraceMs)} SIGKILL`,
        service: name,
      }));
    default:
      return change satisfies never;
  }
}

async function run(host: Host, command: Command, slot: Slot, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (command.kind === 'prepare') return prepare(host, slot, signal);
  const service = slot.services.find(({ name }) => name === command.service);
  if (service && command.kind === 'start') return startService(host, slot, service, signal);
  if (service && command.kind === 'stop') return stop(host, slot, service, signal);
  fail({
    code: 'GR6404',
    message: `The process driver has no command "${command.kind}" for ${command.service ?? 'no service'}.`,
    do: 'Make the plan again; it was made by another version of Greenroom or for other services.',
  });
}

const stop = (host: Host, slot: Slot, service: SlotService, signal: AbortSignal): Promise<void> =>
  stopService(host, slot, service.name, service.stopGraceMs, signal);

async function prepare(host: Host, slot: Slot, signal: AbortSignal): Promise<void> {
  const tree = await host.verifyTree(slot.artifactDirectory, slot.release.artifact);
  if (!tree.ok) throw new FailureError(...tree.failures);
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

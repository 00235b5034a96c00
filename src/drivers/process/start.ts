import { fail } from '../../domain/failure.ts';
import type { Slot, SlotService } from '../../kinds/driver.ts';
import { fenced } from '../../kinds/fence.ts';
import { serviceVariables } from './environment.ts';
import type { Host } from './host.ts';
import { folderOf, logOf, recordOf } from './places.ts';
import { assertPortFree, settlePorts } from './ports.ts';
import { readRecord, readRecords, type RunRecord } from './records.ts';
import { endLeftovers, stopService } from './stop.ts';

const POLL_MS = 5;
const GATE_MS = 2_000;

/** Does nothing when this release runs there. Throws `GR6409` `GR6411` `GR6412` `GR6413`. */
export async function startService(host: Host, slot: Slot, service: SlotService, signal: AbortSignal): Promise<void> {
  await endOtherReleases(host, slot, signal);
  await fenced(host, slot, signal, async () => {
    const record = await readRecord(host, slot, service.name);
    if (record && (await isRunning(host, record, signal))) {
      if (record.releaseId !== slot.release.id) occupied(slot, record);
      return;
    }
    if (record) await endLeftovers(host, record);
    await launchService(host, slot, service);
  });
}

/** A colour holds one release: what an older one left there ends first, also services that the new one no longer has. */
export async function endOtherReleases(host: Host, slot: Slot, signal: AbortSignal): Promise<void> {
  const others = (await readRecords(host, slot)).filter((record) => record.releaseId !== slot.release.id);
  for (const record of others) {
    if (host.status(record) !== 'gone' && slot.epoch <= record.epoch)
      await occupiedOrFenced(host, slot, record, signal);
    await stopService(host, slot, record.service, record.stopGraceMs, signal);
  }
}

async function launchService(host: Host, slot: Slot, service: SlotService): Promise<void> {
  await host.makeFolder(folderOf(slot));
  const ports = await settlePorts(host, slot, await someRun(host, slot));
  await assertPortFree(host, slot, service, ports);
  const variables = serviceVariables(slot, service, ports, host.inheritedVariables());
  const logPath = logOf(slot, service.name);
  const launched = await host.launch({ argv: service.argv, directory: slot.artifactDirectory, variables, logPath });
  if (launched.status === 'not-started') return notStarted(slot, service, launched.reason);
  const record: RunRecord = {
    service: service.name,
    ...launched.identity,
    releaseId: slot.release.id,
    host: slot.host,
    port: ports[service.name]!,
    operation: slot.operation,
    epoch: slot.epoch,
    startedAt: host.now(),
    stopGraceMs: service.stopGraceMs,
    logPath,
    logFrom: launched.logFrom,
  };
  // Killed before this line: the gate falls shut and nothing has run. Killed after it: the next one finds the record.
  await host.write(recordOf(slot, service.name), JSON.stringify(record));
  const outcome = await launched.go();
  if (outcome.status === 'running') return;
  await endLeftovers(host, record);
  await host.remove(recordOf(slot, service.name));
  notStarted(
    slot,
    service,
    `it ended at once with ${outcome.exitCode === null ? 'a signal' : `exit code ${outcome.exitCode}`}`,
    ` What it printed is in ${logPath}.`,
  );
}

const someRun = async (host: Host, slot: Slot): Promise<boolean> =>
  (await readRecords(host, slot)).some((record) => host.status(record) === 'running');

/** One at the gate whose launcher is dead (we hold the lock) ends by itself in a moment; it never has run. */
async function isRunning(host: Host, record: RunRecord, signal: AbortSignal): Promise<boolean> {
  const untilMs = host.elapsed() + GATE_MS;
  while (host.status(record) === 'at-gate' && host.elapsed() < untilMs) await host.sleep(POLL_MS, signal);
  return host.status(record) === 'running';
}

async function occupiedOrFenced(host: Host, slot: Slot, record: RunRecord, signal: AbortSignal): Promise<never> {
  return fenced(host, slot, signal, async () => occupied(slot, record));
}

function occupied(slot: Slot, record: RunRecord): never {
  return fail({
    code: 'GR6411',
    message: `${slot.colour} of ${slot.environment} runs ${record.service} of ${record.releaseId} (process ${record.pid}), started under epoch ${record.epoch}; ${slot.release.id} under epoch ${slot.epoch} may not replace it.`,
    where: recordOf(slot, record.service),
    do: 'Stop that colour first, or deploy again so that a new epoch is given.',
  });
}

function notStarted(slot: Slot, service: SlotService, reason: string, printed = ''): never {
  fail({
    code: 'GR6412',
    message: `${service.name} of ${slot.release.id} could not be started: ${reason}.`,
    where: logOf(slot, service.name),
    do: `Check services.${service.name}.run (${service.argv[0] ?? 'empty'}): the program must be on PATH or in the release.${printed}`,
  });
}

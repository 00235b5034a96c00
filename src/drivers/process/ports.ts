import { z } from 'zod';
import { fail } from '../../domain/failure.ts';
import type { Slot, SlotService } from '../../kinds/driver.ts';
import { readJson } from '../../kinds/state-file.ts';
import type { Ports } from './environment.ts';
import type { Host } from './host.ts';
import { otherPortsOf, portsOf } from './places.ts';

type PortHost = Pick<Host, 'read' | 'write' | 'freePort' | 'isPortFree'>;
type PortSlot = Pick<Slot, 'stateDirectory' | 'colour' | 'host' | 'publicPorts' | 'services'>;

const portsSchema = z.record(z.string(), z.number().int());

/**
 * Ports of all services of the colour, chosen together before any of them starts, because each is told all of them, and kept:
 * a restart finds its port again. While none of them runs, a kept port that someone else has taken meanwhile is replaced.
 */
export async function settlePorts(host: PortHost, slot: PortSlot, someRun: boolean): Promise<Ports> {
  const kept = (await readJson(host, portsOf(slot, slot.colour), portsSchema)) ?? {};
  const others = Object.values((await readJson(host, otherPortsOf(slot), portsSchema)) ?? {});
  const avoid = new Set([...others, ...slot.publicPorts]);
  const ports: Record<string, number> = {};
  for (const { name } of slot.services) {
    const before = kept[name];
    const usable =
      before !== undefined && (someRun || (!avoid.has(before) && (await host.isPortFree(slot.host, before))));
    const port = usable ? before : await host.freePort(slot.host, avoid);
    avoid.add(port);
    ports[name] = port;
  }
  if (JSON.stringify(ports) !== JSON.stringify(kept))
    await host.write(portsOf(slot, slot.colour), JSON.stringify(ports));
  return ports;
}

/** Throws `GR6413` when someone else sits on the port: its neighbours have been told this one, so it cannot move. */
export async function assertPortFree(host: Host, slot: Slot, service: SlotService, ports: Ports): Promise<void> {
  const port = ports[service.name]!;
  if (await host.isPortFree(slot.host, port)) return;
  fail({
    code: 'GR6413',
    message: `Port ${port} of ${service.name} (${slot.colour}) is in use by another process on ${slot.host}.`,
    where: portsOf(slot, slot.colour),
    do: `End what listens there ("ss -ltnp sport = :${port}"), or stop this colour so that new ports are chosen.`,
  });
}

import type { Command, Instance, Slot, SlotService } from '../../kinds/driver.ts';
import { fail } from '../../domain/failure.ts';

/** What is wished of a system that starts and stops services on its own. */
export interface Wish {
  readonly action: 'prepare' | 'start' | 'stop';
  readonly services: readonly SlotService[];
  /** For people: `start web`. */
  readonly doing: string;
  /** `<operation>/<action>/<service>`: the same wish has the same key, also after a crash. */
  readonly key: string;
  /** Asks for the state and makes room; true when it already is as wished. */
  readonly isSo: (signal: AbortSignal) => Promise<boolean>;
}

/** Such a system, for one slot. */
export interface Platform {
  readonly slot: Slot<unknown>;
  askState(signal: AbortSignal): Promise<readonly Instance[]>;
  /** Refused under a lower epoch (`GR6409`). Has the wish carried out to its end; false when nothing had to be asked for. */
  pursue(wish: Wish, signal: AbortSignal): Promise<boolean>;
  /** Throws unless the state comes to show it. `look` answers what it shows instead, null when it is as wished. */
  prove(wish: Wish, look: (signal: AbortSignal) => Promise<string | null>, signal: AbortSignal): Promise<void>;
}

/** What a change asks for, one wish a command. `call` names the call for people. Pure. */
export function planWishes(
  change: 'prepare' | 'start' | 'stop',
  slot: Slot<unknown>,
  call: string | null,
): readonly Command[] {
  const { colour, release, services } = slot;
  switch (change) {
    case 'prepare': {
      const looks = `check ${release.id} byte for byte, stop what another release left there`;
      return [{ kind: 'prepare', text: `prepare ${colour}: ${looks}${call ? `, ${call}` : ''}`, service: null }];
    }
    case 'start':
      return services.map(({ name }) => ({
        kind: 'start',
        text: `start ${name}: ${call}, unless its state says that ${name} of ${release.id} runs in ${colour}`,
        service: name,
      }));
    case 'stop':
      return services.map(({ name }) => ({
        kind: 'stop',
        text: `stop ${name}: ${call}, unless its state says that ${name} does not run in ${colour}`,
        service: name,
      }));
    default:
      return change satisfies never;
  }
}

/** Carries out one command of `planWishes`. Throws `GR6404` for a command of another plan. */
export async function carryOut(command: Command, platform: Platform, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (command.kind === 'prepare') return prepare(platform, signal);
  const service = platform.slot.services.find(({ name }) => name === command.service);
  if (service && command.kind === 'start') return start(platform, service, signal);
  if (service && command.kind === 'stop') return stop(platform, service, signal);
  fail({
    code: 'GR6404',
    message: `The driver has no command "${command.kind}" for ${command.service ?? 'no service'}.`,
    do: 'Make the plan again; it was made by another version of Greenroom or for other services.',
  });
}

/** Everything that another release left in the colour ends; then the system is told to make ready. */
async function prepare(platform: Platform, signal: AbortSignal): Promise<void> {
  const { operation, services } = platform.slot;
  const isSo = async (now: AbortSignal) => (await makeRoom(platform, now), false);
  await platform.pursue({ action: 'prepare', services, doing: 'prepare', key: `${operation}/prepare`, isSo }, signal);
}

async function start(platform: Platform, service: SlotService, signal: AbortSignal): Promise<void> {
  const { id } = platform.slot.release;
  const wish = wishOf(platform, 'start', service, async (now) =>
    (await makeRoom(platform, now)).includes(service.name),
  );
  if (!(await platform.pursue(wish, signal))) return;
  await platform.prove(
    wish,
    async (now) => {
      const runs = await releaseOf(platform, service, now);
      if (runs === id) return null;
      return runs === null ? `${service.name} does not run` : `${service.name} of ${runs} runs`;
    },
    signal,
  );
}

async function stop(platform: Platform, service: SlotService, signal: AbortSignal): Promise<void> {
  const runs = (now: AbortSignal) => releaseOf(platform, service, now);
  const wish = wishOf(platform, 'stop', service, async (now) => (await runs(now)) === null);
  if (!(await platform.pursue(wish, signal))) return;
  await platform.prove(
    wish,
    async (now) => {
      const release = await runs(now);
      return release === null ? null : `${service.name} of ${release} runs`;
    },
    signal,
  );
}

const wishOf = ({ slot }: Platform, action: 'start' | 'stop', service: SlotService, isSo: Wish['isSo']): Wish => ({
  ...{ action, services: [service], doing: `${action} ${service.name}`, isSo },
  key: `${slot.operation}/${action}/${service.name}`,
});

/** A colour holds one release: others in it are stopped. Answers the services of this one that run. */
async function makeRoom(platform: Platform, signal: AbortSignal): Promise<readonly string[]> {
  const { slot } = platform;
  const running = await platform.askState(signal);
  const isOurs = ({ releaseId }: { releaseId: string }) => releaseId === slot.release.id;
  for (const { service } of running.filter((each) => !isOurs(each)))
    await stop(
      platform,
      slot.services.find(({ name }) => name === service)!,
      signal,
    );
  return running.filter(isOurs).map(({ service }) => service);
}

async function releaseOf(platform: Platform, service: SlotService, signal: AbortSignal): Promise<string | null> {
  const running = await platform.askState(signal);
  return running.find((each) => each.service === service.name)?.releaseId ?? null;
}

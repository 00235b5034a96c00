import type { Command, Instance, Slot, SlotService } from '../../kinds/driver.ts';
import { commandsOf, runCommand, type Change } from '../../kinds/slot-commands.ts';
import type { SentStart } from './starts.ts';

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
  /** Starts in the colour that were sent and never proven: the state may not know what they began. */
  unproven(): Promise<readonly SentStart[]>;
  /** Refused under a lower epoch (`GR6409`). Has the wish carried out to its end; false when nothing had to be asked for. */
  pursue(wish: Wish, signal: AbortSignal): Promise<boolean>;
  /** Throws unless the state comes to show it. `look` answers what it shows instead, null when it is as wished. */
  prove(wish: Wish, look: (signal: AbortSignal) => Promise<string | null>, signal: AbortSignal): Promise<void>;
}

/** What a change asks for, one wish a command. `call` names the call for people. Pure. */
export function planWishes(change: Change, slot: Slot<unknown>, call: string | null): readonly Command[] {
  const { colour, release } = slot;
  const runs = (name: string, does: string): string => `unless its state says that ${name} ${does} in ${colour}`;
  return commandsOf(change, slot, {
    prepare: () =>
      `prepare ${colour}: check ${release.id} byte for byte, stop what another release left there${call ? `, ${call}` : ''}`,
    start: ({ name }) => `start ${name}: ${call}, ${runs(name, `of ${release.id} runs`)}`,
    stop: ({ name }) => `stop ${name}: ${call}, ${runs(name, 'does not run')} and no start of it is unproven`,
  });
}

/** Carries out one command of `planWishes`. Throws `GR6404` for a command of another plan. */
export const carryOut = (command: Command, platform: Platform, signal: AbortSignal): Promise<void> =>
  runCommand(command, platform, { prepare, start, stop }, signal);

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
  // A state that knows of nothing does not undo a start that was sent: only a stop does.
  const isSent = async () => (await platform.unproven()).some((start) => start.service === service.name);
  const isSo = async (now: AbortSignal) => (await runs(now)) === null && !(await isSent());
  const wish = wishOf(platform, 'stop', service, isSo);
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
  const ours = running.filter(isOurs).map(({ service }) => service);
  const sent = (await platform.unproven()).filter(({ release }) => release !== slot.release.id);
  const others = new Set([...running, ...sent].map(({ service }) => service).filter((name) => !ours.includes(name)));
  for (const service of slot.services.filter(({ name }) => others.has(name))) await stop(platform, service, signal);
  return ours;
}

async function releaseOf(platform: Platform, service: SlotService, signal: AbortSignal): Promise<string | null> {
  const running = await platform.askState(signal);
  return running.find((each) => each.service === service.name)?.releaseId ?? null;
}

import { join } from 'node:path';
import { fail } from '../../domain/failure.ts';
import type { Slot } from '../../kinds/driver.ts';
import { hiding } from '../wish/hiding.ts';
import type { CommandHost } from './host.ts';

export interface CommandConfig {
  readonly run: readonly string[];
  readonly pass: readonly string[];
  /** Milliseconds, as all of these. */
  readonly within: number;
  readonly 'state-within': number;
  readonly 'retry-for': number;
}

/** All that a call needs. */
export interface Scene {
  readonly host: CommandHost;
  readonly slot: Slot<CommandConfig>;
  readonly folder: string;
  readonly config: CommandConfig;
  /** The program and its words, for people. */
  readonly program: string;
  /** What the program finds in its environment. */
  readonly variables: Readonly<Record<string, string>>;
  readonly hide: (text: string) => string;
}

/** Files of the driver beside the fence: `call.json` (the last call), `starts.json` (those that nobody has proven), `calls/` (what runs), `calls.log`, and a folder a colour for the program. */
const folderOf = (slot: Slot<CommandConfig>): string => join(slot.stateDirectory, 'command');
export const callOf = (slot: Slot<CommandConfig>): string => join(folderOf(slot), 'call.json');
export const callsOf = (slot: Slot<CommandConfig>): string => join(folderOf(slot), 'calls');
export const logOf = (slot: Slot<CommandConfig>): string => join(folderOf(slot), 'calls.log');
export const keepOf = (slot: Slot<CommandConfig>): string => join(folderOf(slot), slot.colour);

export const programOf = ({ run }: CommandConfig): string => run.join(' ');

/** Does `work`, and lets no secret out with what goes wrong in it. Throws `GR6430`. */
export async function onScene<T>(
  host: CommandHost,
  slot: Slot<CommandConfig>,
  work: (scene: Scene) => Promise<T>,
): Promise<T> {
  const { config } = slot;
  const passed = config.pass.map((name) => [name, host.variable(name) ?? missing(name)] as const);
  const hide = host.redaction([...slot.secrets, ...passed.map(([, value]) => value).filter((value) => value !== '')]);
  const variables = { ...host.inheritedVariables(), ...Object.fromEntries(passed) };
  await host.makeFolder(keepOf(slot));
  await host.makeFolder(callsOf(slot));
  return hiding(hide, () =>
    work({ host, slot, folder: folderOf(slot), config, program: programOf(config), variables, hide }),
  );
}

const missing = (name: string): never =>
  fail({
    code: 'GR6430',
    message: `The driver's program is to be given ${name}, which is not set where Greenroom runs.`,
    where: 'environments.<name>.driver.pass',
    do: `Set ${name} for this process, or take it out of "pass".`,
  });

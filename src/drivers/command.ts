import { z } from 'zod';
import type { Command, Driver, Slot } from '../kinds/driver.ts';
import { expectTree } from '../kinds/slot-commands.ts';
import { argv } from '../kinds/command-line.ts';
import { durationMs } from '../kinds/fields.ts';
import { programPlatform } from './command/act.ts';
import type { CommandHost } from './command/host.ts';
import { onScene, programOf, type CommandConfig, type Scene } from './command/scene.ts';
import { askState } from './command/state.ts';
import { carryOut, planWishes } from './wish/colour.ts';

const schema = z.strictObject({
  run: argv().describe(
    'Program, as one line or a list of arguments; no shell reads it. Relative paths begin at the folder of greenroom.yaml.',
  ),
  pass: z
    .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'expected the name of a variable' }))
    .default([])
    .describe(
      "Variables of Greenroom's own environment that the program gets beside PATH, HOME, LANG and TMPDIR; their values are hidden in what is kept.",
    ),
  within: durationMs()
    .prefault('5m')
    .describe('Longest time of one call that acts; then its whole process group is ended.'),
  'state-within': durationMs().prefault('30s').describe('Longest time until its state is known.'),
  'retry-for': durationMs().prefault('10m').describe('How long it is called again when it ends with exit code 75.'),
});

/** Any program that speaks the protocol `greenroom.driver/1`: one JSON document in, one out. */
export function commandDriver(host: CommandHost): Driver<CommandConfig> {
  return {
    kind: 'command',
    summary: 'A program of your own that starts and stops services: JSON in, JSON out, proven by the state it tells.',
    schema,
    plan,
    run: (command, slot, signal) => onScene(host, slot, (scene) => run(command, scene, signal)),
    observe: (slot) => onScene(host, slot, (scene) => askState(scene, new AbortController().signal)),
  };
}

async function run(command: Command, scene: Scene, signal: AbortSignal): Promise<void> {
  const { host, slot } = scene;
  if (command.kind === 'prepare') await expectTree(host, slot);
  return carryOut(command, programPlatform(scene), signal);
}

const plan = (change: 'prepare' | 'start' | 'stop', slot: Slot<CommandConfig>): readonly Command[] =>
  planWishes(change, slot, `call ${programOf(slot.config)} (${change})`);

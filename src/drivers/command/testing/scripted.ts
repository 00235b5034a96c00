import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Failure, FailureError } from '../../../domain/failure.ts';
import type { Slot } from '../../../kinds/driver.ts';
import type { CommandConfig } from '../scene.ts';
import { openWorld, type SlotOptions } from './world.ts';

/** A world of one service, whose program does what a test says. */
export async function openScripted() {
  const world = await openWorld();
  const file = (name: string): string => join(world.root, name);
  return {
    ...{ world, file },
    /** Lines that programs have written to a file of theirs. */
    lines: (name: string): string[] =>
      existsSync(file(name)) ? readFileSync(file(name), 'utf8').trimEnd().split('\n') : [],
    /** `act` and `state` are code; every call is a line in `calls`, and its document one in `documents`. */
    scripted(act: string, state: string, config: Partial<CommandConfig> = {}, more: Partial<SlotOptions> = {}) {
      writeFileSync(file('program.mjs'), programOf(act, state));
      const slot = world.slot({ epoch: 1, ...more, config: { run: ['node', './program.mjs'], ...config } });
      return { ...slot, services: slot.services.slice(0, 1) };
    },
    async carryOut(change: 'prepare' | 'start' | 'stop', slot: Slot<CommandConfig>): Promise<void> {
      for (const command of world.driver.plan(change, slot))
        await world.driver.run(command, slot, AbortSignal.timeout(100_000));
    },
  };
}

/** State of a program that runs from the moment on that the file `up` is there. */
export const truthful = `existsSync('up') ? runs() : nothing()`;

export const failureOf = (act: Promise<unknown>): Promise<Failure> =>
  act.then(
    () => ({ code: 'none', message: 'it did not fail' }),
    (error: unknown) => (error instanceof FailureError ? error.failures[0]! : Promise.reject(error as Error)),
  );

const programOf = (act: string, state: string): string => `
  import { appendFileSync, existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
  import { spawn } from 'node:child_process';
  import { text } from 'node:stream/consumers';
  const asked = JSON.parse(await text(process.stdin));
  appendFileSync('calls', asked.action + ' ' + (asked.services[0]?.name ?? '') + '\\n');
  appendFileSync('documents', JSON.stringify(asked) + '\\n');
  const answer = (value) => console.log(JSON.stringify(value));
  const done = () => answer({ outcome: 'done' });
  const runs = (more = {}) => answer({ instances: [{ service: 'web', release: 'rel_one', host: '127.0.0.1', port: 4001,
    startedAt: '2026-01-01T00:00:00Z', ...more }] });
  const nothing = () => answer({ instances: [] });
  if (asked.action === 'state') { ${state} } else { ${act} }`;

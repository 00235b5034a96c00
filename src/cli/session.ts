import os from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { OpenWorld } from '../compose.ts';
import { findProjectFile, loadProject, type LoadedProject } from '../config/load.ts';
import { nameFault } from '../domain/claimed-name.ts';
import { fail, FailureError } from '../domain/failure.ts';
import { diskFailure } from '../host/full-disk.ts';
import { checks, drivers, traffic } from '../plugs.ts';
import { exit, exitCodeOfFailures } from './exit-code.ts';
import { openOutput, type Output } from './output.ts';
import { withoutOwnSecrets } from './own-secrets.ts';

export interface GlobalOptions {
  readonly project?: string;
  readonly json?: boolean;
  readonly as?: string;
}

/** What a command works with: the project as understood, and a world that is opened when it is needed. */
export interface Session {
  readonly out: Output;
  readonly file: string;
  readonly signal: AbortSignal;
  /** The project, or a FailureError with every mistake of its file. */
  load(): LoadedProject;
  /** As an engine: from here on this process carries deployments on. */
  world(): Promise<OpenWorld>;
  /** To look, and to leave messages for engines that run elsewhere. */
  reader(): Promise<OpenWorld>;
  /** Who asks: `--as`, the git identity, the login name. Claimed until people can sign in; never blank, and one line. */
  actor(): Promise<string>;
}

export type CommandBody = (session: Session) => Promise<number>;

/** Runs a command to its exit code, prints whatever fails the one way failures are printed, and leaves nothing open. */
export async function runCommand(options: GlobalOptions, body: CommandBody): Promise<void> {
  const out = openOutput(options.json === true, process.env);
  const interruption = new AbortController();
  const file = findProjectFile(options.project ?? '.');
  let opened: Promise<OpenWorld> | null = null;
  let loaded: LoadedProject | null = null;
  const load = () => (loaded ??= loadOrThrow(file));
  const open = (role: 'engine' | 'reader') => (opened ??= openRole(load(), out, role));
  const session: Session = {
    ...{ out, file, load, signal: interruption.signal, world: () => open('engine'), reader: () => open('reader') },
    async actor() {
      if (options.as !== undefined) return options.as;
      const { claimedIdentity } = await import('../effects/source.ts');
      const name = await claimedIdentity(load().project.directory, os.userInfo().username);
      return requireName(name, 'the git identity, or the login name');
    },
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt(interruption, out));
  const stray = watchForStray(interruption.signal);
  const begin = async () => {
    // Before anything is opened, also where the command asks for no name.
    if (options.as !== undefined) requireName(options.as, '--as');
    return body(session);
  };
  const code = await attempt(() => Promise.race([begin(), stray.found]), out, interruption.signal);
  const leave = async () => {
    const world = await (opened as Promise<OpenWorld> | null)?.catch(() => null);
    // What was handed back by a process that broke counts as one that died in its step; see countAttempt.
    await world?.close(stray.isFound() ? 'broken' : 'in-order').catch(() => {});
    // What could not be printed is known a moment after the printing.
    await new Promise((done) => process.stdout.write('', done));
    return exit.ok;
  };
  const left = await attempt(() => Promise.race([leave(), stray.isFound() ? tooLong() : stray.found]), out);
  if (left !== exit.ok) process.exit(left);
  process.exit(interruption.signal.aborted && code === exit.ok ? exit.interrupted : code);
}

/** A name goes into the record, from where it is printed in lines of their own: it may forge none. */
function requireName(name: string, from: string): string {
  const fault = nameFault(name);
  if (fault === null) return name;
  return fail({
    code: 'GR8103',
    message: `${JSON.stringify(name)} is no name of somebody: ${fault}.`,
    where: from,
    do: 'Say who acts: --as "Ada <ada@hello.example>", or "git config user.name".',
  });
}

/** After a defect nobody knows whether leaving in order still works; nobody waits for it longer than this. */
const tooLong = async (): Promise<number> => {
  await sleep(10_000);
  return exit.ok;
};

/**
 * A promise that nobody waits for, or a callback that nobody surrounds, may still break: it ends the command as a defect, never in silence. Not
 * once the command was interrupted: what is cut off breaks, and what the command has made must still be removed.
 */
function watchForStray(interrupted: AbortSignal): { readonly found: Promise<never>; isFound(): boolean } {
  const { promise, reject } = Promise.withResolvers<never>();
  let isFound = false;
  promise.catch(() => {});
  for (const event of ['unhandledRejection', 'uncaughtException'] as const)
    process.on(event, (error: unknown) => {
      if (interrupted.aborted) return;
      isFound = true;
      const stray = new Error(`outside of every step, ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
      if (error instanceof Error && error.stack !== undefined) stray.stack = error.stack;
      reject(stray);
    });
  return { found: promise, isFound: () => isFound };
}

async function openRole({ project }: LoadedProject, out: Output, role: 'engine' | 'reader'): Promise<OpenWorld> {
  // Loaded when it is needed, so that help and validation do not pay for the engine.
  const { openWorld } = await import('../compose.ts');
  return openWorld({ project, variables: process.env, onProgress: out.note, onFenced: () => fenced(out), role });
}

function loadOrThrow(file: string): LoadedProject {
  const result = loadProject(file, { checks, drivers, traffic });
  if (!result.ok) throw new FailureError(...result.failures);
  return result.value;
}

/** `interrupted`: what breaks once it is aborted was cut off, and is no defect. */
async function attempt(work: () => Promise<number>, out: Output, interrupted?: AbortSignal): Promise<number> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FailureError) {
      out.failures(error.failures);
      return exitCodeOfFailures(error.failures);
    }
    if (interrupted?.aborted) return exit.interrupted;
    const full = diskFailure(error);
    if (full) {
      out.failures([{ ...full, message: withoutOwnSecrets(full.message, process.env) }]);
      return exitCodeOfFailures([full]);
    }
    const message = error instanceof Error ? error.message : String(error);
    out.failures([
      {
        code: 'GR9001',
        message: `Greenroom broke: ${withoutOwnSecrets(message, process.env)}`,
        do: 'This is a defect; report it with the command you ran. GREENROOM_DEBUG=1 prints the stack.',
      },
    ]);
    if (process.env['GREENROOM_DEBUG'])
      process.stderr.write(`${withoutOwnSecrets((error instanceof Error ? error.stack : null) ?? '', process.env)}\n`);
    return exit.defect;
  }
}

/** The second Ctrl-C does not wait for anything. */
function interrupt(interruption: AbortController, out: Output): void {
  if (interruption.signal.aborted) process.exit(exit.interrupted);
  out.note('interrupted; press Ctrl-C again to leave at once');
  interruption.abort();
}

function fenced(out: Output): void {
  out.failures([
    {
      code: 'GR3401',
      message: 'This process was paused for too long; another one has taken over its work.',
      do: 'Run "greenroom status" to see how it goes on.',
    },
  ]);
  process.exit(exit.couldNotJudge);
}

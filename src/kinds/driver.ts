import type { z } from 'zod';
import type { Json } from '../domain/json.ts';
import type { Place } from './traffic.ts';

/** Where code runs. Knows nothing of traffic. */
export interface Driver<Config = Json> {
  readonly kind: string;
  readonly summary: string;
  readonly schema: z.ZodType<Config>;
  /** Pure: what a change would do, in order. The dry run prints these; `run` carries them out. */
  plan(change: 'prepare' | 'start' | 'stop', slot: Slot<Config>): readonly Command[];
  /** Looks before it acts, does nothing when already so, refuses an epoch below the highest it has seen for the environment. */
  run(command: Command, slot: Slot<Config>, signal: AbortSignal): Promise<void>;
  /** Reads the real system, never a database of ours. Services that do not run are missing from the answer. */
  observe(slot: Slot<Config>): Promise<readonly Instance[]>;
  /** What a service of the colour has written last, where no file of ours holds it; also of one that has ended. */
  lastLines?(slot: Slot<Config>, service: string): Promise<readonly string[]>;
  /** What the release of the slot was made into besides its tree, by service: ids of images. Asked after `prepare`; absent where nothing is made. */
  made?(slot: Slot<Config>): Promise<Readonly<Record<string, string>>>;
  /**
   * Starts again what had the public ports before Greenroom, and was stopped for a colour by the deployment of the slot. Calls `letGo` before it,
   * so that the proxy leaves those ports, and only where there is something to be given back. Fenced as `run` is; run again, it changes nothing more.
   * Absent where nobody is ever taken over.
   */
  giveBack?(slot: Slot<Config>, letGo: () => Promise<void>, signal: AbortSignal): Promise<readonly GivenBack[]>;
}

/** One that served before Greenroom, and was to run again. */
export interface GivenBack {
  readonly service: string;
  /** As people call it: `container hello-web`. */
  readonly name: string;
  readonly ports: readonly number[];
  /** When it was stopped. */
  readonly since: number;
  /** Why it does not run again; null when it was started. */
  readonly problem: string | null;
  /** Commands for a person: to start it, and to see why it does not answer. */
  readonly toStart: string;
  readonly toLook: string;
}

export type Colour = 'blue' | 'green';
export const otherColour = (colour: Colour): Colour => (colour === 'blue' ? 'green' : 'blue');

/** One colour of one environment, and what belongs in it. */
export interface Slot<Config = Json> {
  readonly project: string;
  readonly environment: string;
  /** The driver's fields in greenroom.yaml, as its own schema made them. */
  readonly config: Config;
  /** Folder of greenroom.yaml. */
  readonly projectDirectory: string;
  readonly colour: Colour;
  /** Folder of this environment's runtime state, outlives the control plane. */
  readonly stateDirectory: string;
  readonly release: {
    readonly id: string;
    readonly revision: string;
    readonly version: string;
    readonly artifact: string;
  };
  /** Where the artifact's pinned tree lies. */
  readonly artifactDirectory: string;
  readonly host: string;
  /** That users come to, of all environments of the project: no service may have one, though nothing may listen there yet. */
  readonly publicPorts: readonly number[];
  readonly services: readonly SlotService[];
  /** Values that must never be kept or printed. */
  readonly secrets: readonly string[];
  /** Fencing: highest wins. */
  readonly epoch: number;
  /** Names this attempt of this effect; a second run with the same id changes nothing more. */
  readonly operation: string;
}

export interface SlotService {
  readonly name: string;
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
  readonly stopGraceMs: number;
}

export interface Command {
  readonly kind: string;
  /** What it does, for people: `start backend: node backend/server.mjs`. */
  readonly text: string;
  readonly service: string | null;
}

/** A service that runs: on `host`, and with a copy on each of `also`. */
export interface Instance extends Place {
  readonly service: string;
  readonly pid: number | null;
  /** Kernel start time of the process, so that a pid used again is another process. */
  readonly startedTicks: string | null;
  readonly releaseId: string;
  readonly startedAt: number;
  readonly log: { readonly path: string; readonly from: number } | null;
  /** What is not as it was started, in words without values: `runs another image`. Absent where a service cannot be exchanged unseen. */
  readonly differences?: readonly string[];
  /** How many of its copies are not there, in words: `runs 1 of 2 copies`. Not a change: what runs is as it was started. Absent where all are. */
  readonly missingCopies?: string;
}

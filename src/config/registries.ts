import type { z } from 'zod';
import type { RegisteredCheck } from '../kinds/check.ts';

/** A driver or a traffic as far as configuration needs it. */
export interface RegisteredPlug {
  readonly kind: string;
  readonly summary?: string;
  readonly schema: z.ZodType;
}

/** The plugs there are; the roof hands them down. */
export interface Registries {
  readonly checks: ReadonlyMap<string, RegisteredCheck>;
  readonly drivers: ReadonlyMap<string, RegisteredPlug>;
  readonly traffic: ReadonlyMap<string, RegisteredPlug>;
}

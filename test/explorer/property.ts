/** One rule said as code: `run` throws when it is broken. Run beside the source, and against every mutant of it. */
export interface Property {
  readonly name: string;
  run(): void;
}

/** Same cases on every machine and in every run. */
export const seed = { seed: 20_260_101 };

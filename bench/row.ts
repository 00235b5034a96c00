/** One measured figure of a benchmark, as `npm run bench` prints it and writes it to `bench/results.json`. */
export interface BenchRow {
  bench: string;
  measure: string;
  value: number;
  unit: string;
  bar: string;
  holds: boolean;
  /** True for a figure that must be bad: it proves that the harness can see. */
  control: boolean;
}

/** One of several runs that together do all rounds: `{ number: 2, of: 4 }`. */
export interface Share {
  readonly number: number;
  readonly of: number;
}

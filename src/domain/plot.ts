/** What a check drew of its measurements; part of its evidence. */
export interface Plot {
  readonly title: string;
  readonly kind: 'line' | 'curve';
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly { readonly name: string; readonly points: readonly (readonly [number, number])[] }[];
  readonly threshold?: { readonly label: string; readonly value: number };
  /** What lasted meanwhile, below the line and on its axis: a row for each name. `grave` is the strongest of the three looks. */
  readonly rows?: readonly {
    readonly name: string;
    readonly bars: readonly {
      readonly from: number;
      readonly to: number;
      readonly label: string;
      readonly look: 'light' | 'firm' | 'grave';
    }[];
  }[];
  /** What the looks in use mean. */
  readonly looks?: Readonly<Partial<Record<'light' | 'firm' | 'grave', string>>>;
}

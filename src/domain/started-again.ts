/** When what was proven began, in ms since the epoch, by service; without those of which nobody knows it, or that have several copies. */
export type Starts = Readonly<Record<string, number>>;

interface Running {
  readonly service: string;
  /** 0: not known. */
  readonly startedAt: number;
  readonly also?: readonly string[] | undefined;
}

/** Copies come and go by themselves: what is missing of them is followed elsewhere. */
export const startsOf = (running: readonly Running[]): Starts =>
  Object.fromEntries(
    running
      .filter(({ startedAt, also = [] }) => startedAt > 0 && also.length === 0)
      .map(({ service, startedAt }) => [service, startedAt]),
  );

/** What has ended since it was proven and was started again by its platform, in words; null: nothing. */
export function startedAgain(proven: Starts, running: readonly Running[]): string | null {
  const again = Object.entries(startsOf(running)).filter(([service, at]) => at > (proven[service] ?? Infinity));
  if (again.length === 0) return null;
  return `${again.map(([service]) => service).join(', ')} exited after it was proven, and was started again`;
}

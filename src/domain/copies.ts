/** Where copies of services were seen while somebody watched, and which of them were gone at a later look. */
export interface SeenCopies {
  /** Machines by service. */
  readonly on: Readonly<Record<string, readonly string[]>>;
  /** `web on 10.0.0.7`, once each, in the order in which they were missed; what comes back was lost all the same. */
  readonly lost: readonly string[];
}

interface Running {
  readonly service: string;
  readonly host: string;
  readonly also?: readonly string[] | undefined;
}

/**
 * Takes in one look. Undefined as long as no service is on several machines. A service that is not there at all is left out: that is another
 * fault than a copy less.
 */
export function followCopies(before: SeenCopies | undefined, running: readonly Running[]): SeenCopies | undefined {
  if (!before && running.every(({ also = [] }) => also.length === 0)) return undefined;
  const on: Record<string, readonly string[]> = { ...before?.on };
  const lost = new Set(before?.lost);
  for (const { service, host, also = [] } of running) {
    const now = [host, ...also];
    for (const each of on[service] ?? []) if (!now.includes(each)) lost.add(`${service} on ${each}`);
    on[service] = now;
  }
  return { on, lost: [...lost] };
}

/** Null: nothing was lost. */
export const lostWords = (copies: SeenCopies | undefined): string | null =>
  copies && copies.lost.length > 0 ? `a copy was lost: ${copies.lost.join(', ')}` : null;

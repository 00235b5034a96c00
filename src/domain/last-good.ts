/** One deployment that went live, as far as the way back is concerned. */
export interface Lived {
  readonly releaseId: string;
  readonly purpose: 'deploy' | 'roll-back';
}

/**
 * The release to return to: the one that served before the one that serves now. A release that was rolled back from is not good any more,
 * so that two rollbacks in a row go two releases back instead of forward again.
 * @param lived oldest first
 */
export function lastGood(lived: readonly Lived[]): string | null {
  const good: string[] = [];
  for (const { releaseId, purpose } of lived) {
    const before = good.lastIndexOf(releaseId);
    if (purpose === 'roll-back' && before >= 0) good.length = before + 1;
    else if (good.at(-1) !== releaseId) good.push(releaseId);
  }
  return good.at(-2) ?? null;
}

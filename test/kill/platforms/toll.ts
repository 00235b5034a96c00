/**
 * Stands at every act of a platform: what changes something there passes it twice, before it is done and after, with its answer still
 * to come. A round has Greenroom killed at one of these passages; those of the same name are counted.
 */
export interface Toll {
  /** True when Greenroom was killed there. */
  pass(act: string, side: 'before' | 'after'): Promise<boolean>;
  /** Counts from one again. */
  watch(watcher: Watcher): void;
}

export interface Watcher {
  /** Whatever passes: `start web #1: before`. */
  readonly onPass?: (point: string) => void;
  /** Where `kill` is called; null: nowhere. */
  readonly point?: string | null;
  readonly kill?: () => Promise<void>;
}

export function openToll(): Toll {
  let passed: string[] = [];
  let watcher: Watcher = {};
  return {
    async pass(act, side) {
      const number = passed.filter((each) => each.startsWith(`${act} #`) && each.endsWith(`: ${side}`)).length + 1;
      const point = `${act} #${number}: ${side}`;
      passed.push(point);
      watcher.onPass?.(point);
      if (point !== watcher.point) return false;
      await watcher.kill?.();
      return true;
    },
    watch(next) {
      passed = [];
      watcher = next;
    },
  };
}

/** Points of a toll are named otherwise than those inside Greenroom. */
export const isToll = (point: string): boolean => / #\d+: (?:before|after)$/.test(point);

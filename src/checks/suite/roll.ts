/** Whom a run has listed already, in whichever of its reports: a test that stands in two of them has run once. */
export interface Roll {
  /** The suite of this name in that one; 0 is outside of every suite. */
  suite(within: number, attributes: Readonly<Record<string, string>>): number;
  /** False when it was put down before. */
  add(suite: number, attributes: Readonly<Record<string, string>>): boolean;
}

/** Suites are numbered, so that a long name stands once, not with each of its tests. */
export function openRoll(): Roll {
  const suites = new Map<string, number>();
  const tests = new Set<string>();
  return {
    suite(within, { name = '', file = '', hostname = '' }) {
      // The host tells browsers and machines apart, on which the same test is another one.
      const key = [within, file, hostname, name].join('\0');
      const number = suites.get(key) ?? suites.size + 1;
      suites.set(key, number);
      return number;
    },
    add(suite, { name = '', classname = '', file = '' }) {
      const before = tests.size;
      tests.add([suite, file, classname, name].join('\0'));
      return tests.size > before;
    },
  };
}

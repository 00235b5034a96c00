/**
 * Who may run now: up to `parallel` checks together, or one that must be alone.
 * In-process only; after a crash the checks that had no answer yet line up again.
 */
export interface Gate {
  enter(runs: 'together' | 'alone'): Promise<() => void>;
}

export function openGate(parallel: number): Gate {
  let together = 0;
  let alone = false;
  const waiting: { runs: 'together' | 'alone'; go: () => void }[] = [];
  const fits = (runs: 'together' | 'alone') => !alone && (runs === 'alone' ? together === 0 : together < parallel);
  const wake = () => {
    // Those that share go first: whoever wants the machine alone waits until nothing else is left to run beside it.
    for (const runs of ['together', 'alone'] as const)
      for (
        let next = waiting.findIndex((each) => each.runs === runs);
        next >= 0 && fits(runs);
        next = waiting.findIndex((each) => each.runs === runs)
      )
        take(runs, waiting.splice(next, 1)[0]!.go);
  };
  const take = (runs: 'together' | 'alone', go: () => void) => {
    if (runs === 'alone') alone = true;
    else together += 1;
    go();
  };
  const leave = (runs: 'together' | 'alone') => {
    if (runs === 'alone') alone = false;
    else together -= 1;
    // One turn later, so that checks that waited for this one's answer can line up before somebody takes the machine alone.
    setImmediate(wake);
  };
  return {
    enter: (runs) =>
      new Promise((resolve) => {
        waiting.push({ runs, go: () => resolve(() => leave(runs)) });
        setImmediate(wake);
      }),
  };
}

/** Asks for every frontend; to be read with `readClosed`. */
export const frontendCommand = 'show stat -1 1 -1';

/** A public door that takes no connections, though its HAProxy runs. */
export interface ClosedFrontend {
  readonly service: string;
  /** It was shut down: only another process opens it again. */
  readonly isForGood: boolean;
}

/** Those of an answer to `frontendCommand` that somebody has closed by hand; null when the answer is not there. One that is full is open. */
export function readClosed(text: string): readonly ClosedFrontend[] | null {
  const lines = text.split('\n');
  const status = (lines.find((line) => line.startsWith('# pxname')) ?? '').split(',').indexOf('status');
  const cells = lines.map((line) => line.split(',')).filter((each) => each[1] === 'FRONTEND');
  if (status < 0 || cells.length === 0) return null;
  return cells
    .filter((each) => each[status] !== 'OPEN' && each[status] !== 'FULL')
    .map((each) => ({ service: each[0]!, isForGood: each[status] === 'STOP' }));
}

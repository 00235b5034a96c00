// Deaths in the middle of a rehearsal of the way back, while the old version has the traffic.
import { conclude, rehearsingFile, waitForEnd, type Ground } from './loop.ts';
import type { Complaints } from './scenarios.ts';

/** Asks staging for rehearsals as long as `act` takes. */
export async function rehearsing<T>({ lab }: Ground, act: () => Promise<T>): Promise<T> {
  const plain = lab.edit(rehearsingFile);
  try {
    return await act();
  } finally {
    lab.edit(() => plain);
  }
}

/** The process dies at `point`, and a person takes the deployment back: the old version keeps what it has, and nobody goes forth again. */
export async function killedAndTakenBack(ground: Ground, point: string): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  const before = ground.serves;
  lab.nextVersion();
  const death = await lab.run(['deploy', 'staging', '--json'], { fault: lab.fault(point) }).ended;
  const cancel = await lab.run(['cancel', 'staging', '--json']).ended;
  const stands = await waitForEnd(lab, await lab.newest());
  const complaints = [
    ...(death.signal === 'SIGKILL' ? [] : [`nobody died at ${point}: ${death.output.slice(-600)}`]),
    ...(cancel.code === 0 ? [] : [`cancel ended with ${cancel.code}: ${cancel.output.slice(-600)}`]),
    ...(stands === null ? [] : [stands]),
  ];
  return [...complaints, ...(await conclude(ground, true, beganAt, { ending: 'cancelled', serves: before }))];
}

// Deaths at the looks of a bake with objectives: what the looks before have seen is kept, and nothing counts twice.
import { conclude, waitForEnd, type Ground } from './loop.ts';
import type { Lab } from './lab.ts';
import type { Complaints } from './scenarios.ts';

const plainBake = 'bake: { for: 1s, every: 200ms, ';
/** Short, and yet with all the looks there must be; generous, so that a busy machine changes nothing. */
const objectives = '{ latency: { api: p50 <= 5s, web: p50 <= 5s } }';
const judgingBake = `bake: { for: 5s, every: 100ms, look-every: 1s, objectives: ${objectives}, `;
const looks = 5;

/** Lets the bake of staging judge by looks as long as `act` takes. */
export async function judging<T>({ lab }: Ground, act: () => Promise<T>): Promise<T> {
  const plain = lab.edit((text) => text.replace(plainBake, judgingBake));
  if (!plain.includes(plainBake)) throw new Error(`the fixture does not say any more: ${plainBake}`);
  try {
    return await act();
  } finally {
    lab.edit(() => plain);
  }
}

/** Greenroom dies at the first look after it came, `deaths` times in a row; then somebody goes on. */
export async function killedAtLooks(ground: Ground, deaths: number): Promise<Complaints> {
  const { lab } = ground;
  const beganAt = Date.now();
  lab.nextVersion();
  const complaints: string[] = [];
  let argv: readonly string[] = ['deploy', 'staging', '--json'];
  for (let death = 1; death <= deaths; death += 1) {
    const { signal, output } = await lab.run(argv, { fault: lab.fault('bake:look') }).ended;
    if (signal !== 'SIGKILL') complaints.push(`nobody died at look, time ${death}: ${output.slice(-600)}`);
    argv = ['resume', 'staging', '--json'];
  }
  const { code, output } = await lab.run(argv).ended;
  if (code !== 0) complaints.push(`${argv[0]} ended with ${code}: ${output.slice(-600)}`);
  const stands = await waitForEnd(lab, await lab.newest());
  if (stands !== null) complaints.push(stands);
  return [...complaints, ...(await conclude(ground, true, beganAt)), ...(await wrongLooks(lab))];
}

interface SeenLook {
  readonly name: string;
  readonly shares: Readonly<Record<string, readonly { readonly asked: number }[]>>;
}

/** Each look stands once, in order, and the last one has judged as many answers as the bake says it asked for. */
async function wrongLooks(lab: Lab): Promise<Complaints> {
  const id = await lab.newest();
  const seen = await lab.rows<SeenLook>(
    `select result.name, evidence.body->'data'->'shares' as shares from greenroom.result
       left join greenroom.evidence on evidence.deployment = result.deployment and evidence.hash = result.body->>'evidence'
      where result.deployment = $1 and result.name like 'bake-%/look-%'
      order by split_part(result.name, '/look-', 2)::int`,
    [id],
  );
  const [facts] = await lab.rows<{ probes: number; looks: number }>(
    `select (body->'facts'->>'probes')::int as probes, (body->'facts'->>'looks')::int as looks from greenroom.step
      where deployment = $1 and body->>'kind' = 'bake'`,
    [id],
  );
  const numbers = seen.map(({ name }) => name.split('/look-')[1]).join();
  const wanted = Array.from({ length: looks }, (_, index) => index + 1).join();
  const judged = Object.values(seen.at(-1)?.shares ?? {})
    .flat()
    .reduce((sum, { asked }) => sum + asked, 0);
  return [
    ...(numbers === wanted && facts?.looks === looks ? [] : [`looks on record are ${numbers}, said ${facts?.looks}`]),
    ...(judged === facts?.probes ? [] : [`${judged} answers were judged, of ${facts?.probes} that were asked for`]),
  ];
}

/** What the loop must see: a look that is gone from the record. */
export async function oneLookForgotten(ground: Ground): Promise<Complaints> {
  const { lab } = ground;
  lab.nextVersion();
  await lab.must(['deploy', 'staging', '--json']);
  await conclude(ground, true, Number.POSITIVE_INFINITY);
  await lab.rows(`delete from greenroom.result where deployment = $1 and name like 'bake-%/look-3'`, [
    await lab.newest(),
  ]);
  return wrongLooks(lab);
}

/** A node of the swarm lost in the bake while users go on asking: what that costs beyond what was under way there, and what is said of it. */
import { setTimeout as sleep } from 'node:timers/promises';
import { askRuntime } from '../src/haproxy/runtime-door.ts';
import { openBlindProxy } from '../test/rig/blind-proxy.ts';
import { streamProbes } from '../test/rig/probe-stream.ts';
import { until } from '../test/rig/tiny.ts';
import { openPlace } from './deploy-place.ts';
import { swarm } from './deploy-platform.ts';
import { round } from './load-figures.ts';
import { MixedLoad } from './mixed-load.ts';
import type { BenchRow } from './row.ts';

const bakes = { for: '40s', every: '250ms' };
const beforeMs = 6_000;
/** A proxy that sees needs less; one that does not goes on failing. */
const blindForMs = 3_000;
const now = (): number => performance.timeOrigin + performance.now();

type Row = (measure: string, value: number, unit: string, bar: string, holds: boolean) => BenchRow;

/** One request or probe, on one clock. */
interface Sent {
  readonly sentAt: number;
  readonly endedAt: number;
  readonly error: string | null;
}

export async function lostNodeRows(row: Row): Promise<BenchRow[]> {
  let platform: ReturnType<typeof swarm> | undefined;
  const place = await openPlace({ platform: () => (platform = swarm()), traffic: 'haproxy' });
  const { tiny, port } = place;
  const edge = `${tiny.play.home}/environments/staging/edge`;
  try {
    await tiny.deploy(0);
    place.overlay({ bake: bakes });
    const { id, ended } = await tiny.begin();
    await until('it bakes', async () => (await tiny.steps()).includes('bake'), 120_000);
    await until('the new version serves', async () => (await tiny.served()) === id);
    const blind = await openBlindProxy(edge);
    const load = new MixedLoad(port);
    const slowPosts = streamProbes([{ port, path: '/slow?ms=500', method: 'POST' }], 50);
    const unseeing = streamProbes([{ port: blind.port, path: '/' }], 50);
    await sleep(beforeMs);
    const socketsThere = await webSocketsOn(edge, platform!.rig.addressOfOther());
    const lostAt = await platform!.rig.lose();
    const { code } = await ended;
    for (const stream of [slowPosts, unseeing]) await stream.stop();
    const { issued, records, sessions } = await load.stop();
    await blind.close();

    const offMs = Date.now() - now();
    const asSent = (record: Sent): Sent => ({
      ...record,
      sentAt: record.sentAt + offMs,
      endedAt: record.endedAt + offMs,
    });
    const gets = records.filter((one) => one.class !== 'post').map(asSent);
    const posts = [...records.filter((one) => one.class === 'post').map(asSent), ...slowPosts.probes];
    const isUnderWay = ({ sentAt, endedAt }: Sent): boolean => sentAt <= lostAt && endedAt > lostAt;
    const failed = (all: readonly Sent[]): readonly Sent[] => all.filter(({ error }) => error !== null);
    const beyond = failed(posts).filter((one) => !isUnderWay(one)).length;
    const lostGets = failed(gets).length + (issued - records.length);
    const dropped = sessions.filter(({ openedAt, code: end }) => openedAt > 0 && end !== 0).length;
    const refused = sessions.filter(({ openedAt }) => openedAt === 0).length;
    const slowest = Math.max(
      ...gets.filter(({ endedAt }) => endedAt > lostAt).map(({ sentAt, endedAt }) => endedAt - sentAt),
    );
    const late = unseeing.probes.filter(({ sentAt }) => sentAt > lostAt + blindForMs);
    const says = (await tiny.records('step-ended')).some(
      ({ data }) => data['step'] === 'bake' && JSON.stringify(data['facts']).includes('"lostCopies":"web on '),
    );
    const serves = (await tiny.served()) === id;
    return [
      row('requests issued', issued + slowPosts.probes.length, 'requests', 'reported', true),
      row(
        `requests sent after it fell silent`,
        [...gets, ...posts].filter(({ sentAt }) => sentAt > lostAt).length,
        'requests',
        'reported',
        true,
      ),
      row('GET that failed', lostGets, 'requests', '0', lostGets === 0),
      row('POST that failed and were not under way when it fell silent', beyond, 'requests', '0', beyond === 0),
      row(
        `POST that failed, of ${posts.filter(isUnderWay).length} under way on both nodes`,
        failed(posts).length - beyond,
        'requests',
        'reported',
        true,
      ),
      row(
        `WebSockets that ended, beyond the ${socketsThere} on that node`,
        Math.max(0, dropped - socketsThere),
        'sockets',
        '0',
        dropped <= socketsThere,
      ),
      row('WebSockets that could not be opened', refused, 'sockets', '0', refused === 0),
      row('longest GET after it fell silent, the two-second ones among them', round(slowest), 'ms', 'reported', true),
      row(
        'deployments that went on, and say which copy was lost',
        Number(code === 0 && serves && says),
        'deployments',
        '1',
        code === 0 && serves && says,
      ),
      {
        ...row(
          `failed of ${late.length} through the same proxy without its looks, ${blindForMs / 1_000} s later`,
          failed(late).length,
          'requests',
          '> 0',
          failed(late).length > 0,
        ),
        control: true,
      },
    ];
  } finally {
    await place.close();
  }
}

/** As HAProxy counts them now. */
async function webSocketsOn(directory: string, host: string): Promise<number> {
  const answer = await askRuntime({ directory, socket: 'look.sock', commands: ['show stat -1 4 -1'] });
  if (answer.status !== 'answered') throw new Error(`HAProxy does not say: ${JSON.stringify(answer)}`);
  const [head = '', ...lines] = answer.text.replace(/^# /, '').split('\n');
  const columns = head.split(',');
  const rows = lines.map((line) => Object.fromEntries(line.split(',').map((cell, index) => [columns[index]!, cell])));
  const there = rows.filter((one) => one['pxname']?.endsWith('.session') && one['addr']?.startsWith(`${host}:`));
  if (there.length === 0) throw new Error(`HAProxy has no server at ${host}`);
  return there.reduce((sum, one) => sum + Number(one['scur']), 0);
}

import { Agent, request } from 'node:http';

export interface Probe {
  readonly sentAt: number;
  readonly endedAt: number;
  readonly port: number;
  readonly release: string | null;
  /** Null: answered below 500, whole. */
  readonly error: string | null;
}

export interface ProbeStream {
  readonly probes: readonly Probe[];
  failures(): readonly Probe[];
  /** Releases that answered on a port, in the order in which they were first seen. */
  releasesAt(port: number): readonly string[];
  /** Sends no more, and waits for what is under way. */
  stop(): Promise<void>;
}

interface Asked {
  readonly port: number;
  readonly path: string;
  readonly method?: 'GET' | 'POST';
}

const patienceMs = 15_000;

/** What users see: every address asked in turn, each request when it is due, whatever became of those before. */
export function streamProbes(addresses: readonly Asked[], gapMs = 20): ProbeStream {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const probes: Probe[] = [];
  const beganMs = performance.now();
  let sent = 0;
  const open = new Set<object>();
  const send = ({ port, path, method = 'GET' }: Asked): void => {
    const sentAt = Date.now();
    let release: string | null = null;
    let isOver = false;
    const finish = (error: string | null): void => {
      if (isOver) return;
      isOver = true;
      open.delete(outgoing);
      probes.push({ sentAt, endedAt: Date.now(), port, release, error });
    };
    const broken = (error: NodeJS.ErrnoException): void => finish(error.code ?? error.message);
    const outgoing = request({ host: '127.0.0.1', port, path, method, agent, timeout: patienceMs });
    open.add(outgoing);
    outgoing.on('timeout', () => outgoing.destroy(new Error('no answer')));
    outgoing.on('error', broken);
    outgoing.on('response', (response) => {
      const { statusCode = 0, headers } = response;
      release = typeof headers['x-release'] === 'string' ? headers['x-release'] : null;
      response.on('error', broken);
      response.on('end', () => finish(response.complete && statusCode < 500 ? null : `status ${statusCode}`));
      response.resume();
    });
    outgoing.end();
  };
  const timer = setInterval(() => {
    for (; sent * gapMs <= performance.now() - beganMs; sent += 1) send(addresses[sent % addresses.length]!);
  }, 5);
  return {
    probes,
    failures: () => probes.filter(({ error }) => error !== null),
    releasesAt: (port) => [
      ...new Set(probes.flatMap((probe) => (probe.port === port && probe.release !== null ? [probe.release] : []))),
    ],
    async stop() {
      clearInterval(timer);
      const endMs = performance.now() + patienceMs;
      while (open.size > 0 && performance.now() < endMs) await new Promise((resolve) => setTimeout(resolve, 10));
      agent.destroy();
    },
  };
}

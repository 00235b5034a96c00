import type { ChildProcess } from 'node:child_process';
import { ask, endChild, leave, sessionRelease, stay } from '../../edge/testing/rig.ts';
import { openHaproxy } from '../../haproxy/client.ts';
import { machine, Rig } from '../../haproxy/testing/rig.ts';
import type { MaintenanceHarness } from '../../kinds/testing/maintenance-contract.ts';
import { haproxyTraffic } from '../haproxy.ts';

/** An environment with so many HAProxys. Whoever asks meets one after the other, as behind a balancer. */
export async function openHarness(count = 1): Promise<MaintenanceHarness> {
  const rig = await Rig.several(count);
  let asked = 0;
  const nextPort = (): number => rig.ports[asked++ % rig.ports.length]!;
  const proxies = Object.fromEntries(
    Object.entries(rig.others).map(([name, { web }]) => [name, { ports: { web: web!.port } }]),
  );
  const { stateDirectory, services } = rig;
  const apps = new Map<string, ChildProcess>();
  const plug = haproxyTraffic((place) => openHaproxy({ ...place, machine }));
  return {
    open: (others = services) =>
      plug.open(
        { project: 'p', environment: 'staging', stateDirectory, services: others },
        plug.schema.parse({ proxies }),
      ),
    async app(release) {
      const { port, child } = await rig.app(release);
      apps.set(release, child);
      return (epoch, colour) => rig.target(epoch, colour, port, release);
    },
    async ask(path) {
      try {
        const { status, headers } = await ask({ port: nextPort(), path, agent: false });
        return { status, release: headers['x-release'] === undefined ? null : String(headers['x-release']) };
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'ECONNREFUSED') return 'nobody listens';
        throw error;
      }
    },
    async tell(path, headers) {
      const { status, headers: got, text } = await ask({ port: nextPort(), path, headers, agent: rig.agent });
      return { status, headers: got, text, release: got['x-release'] === undefined ? null : String(got['x-release']) };
    },
    session: (headers) => sessionRelease(nextPort(), headers),
    killApp: (release) => endChild(apps.get(release)!),
    echoPath: '/headers',
    async fetch(path, headers = {}) {
      const answer = await ask({ port: nextPort(), path, headers, agent: false });
      return { status: answer.status, headers: answer.headers, text: answer.text };
    },
    leave: (when) => leave(nextPort(), when),
    stay: (when) => stay(nextPort(), when),
    slowPath: (ms) => `/slow?ms=${ms}`,
    pathFor: (status) => `/status?code=${status}`,
    kill: () => rig.kill(),
    dispose: () => rig.close(),
  };
}

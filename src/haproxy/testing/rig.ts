import { fork, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { Agent } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ask, freePort, until } from '../../edge/testing/rig.ts';
import { supervisedHost } from '../../effects/supervised-host.ts';
import { portOwner } from '../../effects/tcp/port-owner.ts';
import type { Colour } from '../../kinds/driver.ts';
import type { ColourLoad, TrafficHandle, TrafficTarget } from '../../kinds/traffic.ts';
import { openHaproxy } from '../client.ts';
import type { HaproxyMachine, HaproxyOptions } from '../haproxy-options.ts';
import { haproxyProcesses } from '../haproxy-processes.ts';

const fixtureApp = join(import.meta.dirname, '../../../bench/fixture-app.ts');

/** Debian keeps it where an ordinary user's PATH does not look. */
export const withSbin = `${process.env['PATH']}:/usr/sbin`;

/** Null when this machine has no HAProxy; with GREENROOM_REQUIRE_TOOLS=1 that is a failure. */
export function haproxyProgram(): string | null {
  const found = spawnSync('haproxy', ['-v'], { env: { PATH: withSbin } }).status === 0;
  if (!found && process.env['GREENROOM_REQUIRE_TOOLS'] === '1')
    throw new Error('haproxy is not installed, and GREENROOM_REQUIRE_TOOLS=1');
  return found ? 'haproxy' : null;
}

export const machine: HaproxyMachine = { lock: supervisedHost().lock, portOwner };

export interface App {
  readonly port: number;
  readonly child: ChildProcess;
}

/** A folder, public addresses and apps for a real HAProxy, all gone after `close`. */
export class Rig {
  readonly stateDirectory = mkdtempSync(join(tmpdir(), 'haproxy-'));
  readonly services: Record<string, { host: string; port: number }> = {};
  readonly agent = new Agent({ keepAlive: true, maxSockets: 16 });
  /** Beside the one at `services`, by name. */
  readonly others: Record<string, Rig['services']> = {};
  private readonly apps: ChildProcess[] = [];

  static async make(...services: readonly string[]): Promise<Rig> {
    const rig = new Rig();
    for (const service of services.length > 0 ? services : ['web'])
      rig.services[service] = { host: '127.0.0.1', port: await freePort() };
    return rig;
  }

  /** With more HAProxys, called `two`, `three` and so on, all for the service `web`. */
  static async several(count: number): Promise<Rig> {
    const rig = await Rig.make();
    for (const name of ['two', 'three', 'four'].slice(0, count - 1))
      rig.others[name] = { web: { host: '127.0.0.1', port: await freePort() } };
    return rig;
  }

  /** Another handle on the same folder, as another process would have it. */
  open(over: Partial<Pick<HaproxyOptions, 'services' | 'program' | 'stateDirectory' | 'reach'>> = {}): TrafficHandle {
    const { stateDirectory, services } = this;
    const more = Object.entries(this.others).map(([name, others]) => ({ name, services: others }));
    return openHaproxy({ stateDirectory, services, more, program: 'haproxy', machine, ...over });
  }

  /** Public ports of every proxy, the main one first. */
  get ports(): readonly number[] {
    return [this.port, ...Object.values(this.others).map((services) => services['web']!.port)];
  }

  folderOf(name: string): string {
    return name === 'main' ? this.stateDirectory : join(this.stateDirectory, 'proxies', name);
  }

  pidOf(name: string): number | null {
    return haproxyProcesses(this.folderOf(name))[0]?.pid ?? null;
  }

  get port(): number {
    return this.services['web']!.port;
  }

  async app(release: string, at: { readonly host?: string; readonly port?: number } = {}): Promise<App> {
    const { host = '127.0.0.1', port: wanted = 0 } = at;
    const env = { PATH: process.env['PATH'], RELEASE: release, HOST: host, PORT: String(wanted) };
    const child = fork(fixtureApp, [], { env });
    this.apps.push(child);
    const port = await new Promise<number>((resolve) =>
      child.once('message', (message: { port: number }) => resolve(message.port)),
    );
    return { port, child };
  }

  /** Every service of the rig at this port. */
  target(epoch: number, colour: Colour, port: number, release: string = colour): TrafficTarget {
    const address = { host: '127.0.0.1', port };
    return {
      epoch,
      colour,
      release,
      services: Object.fromEntries(Object.keys(this.services).map((name) => [name, address])),
    };
  }

  /** Which release answers on a new connection, with the status. */
  async seen(port = this.port, path = '/'): Promise<string> {
    const { status, headers } = await ask({ port, path, agent: false });
    return `${status} ${String(headers['x-release'] ?? 'nobody')}`;
  }

  async load(colour: Colour): Promise<ColourLoad> {
    return (await this.open().load()).find((each) => each.colour === colour)!;
  }

  get pid(): number | null {
    return this.pidOf('main');
  }

  /** All of them, or one. */
  async kill(names: readonly string[] = ['main', ...Object.keys(this.others)]): Promise<void> {
    for (const name of names) for (const { pid } of haproxyProcesses(this.folderOf(name))) process.kill(pid, 'SIGKILL');
    await until(() => names.every((name) => this.pidOf(name) === null));
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.open().stop();
    for (const child of this.apps) child.kill('SIGKILL');
    rmSync(this.stateDirectory, { recursive: true, force: true });
  }
}

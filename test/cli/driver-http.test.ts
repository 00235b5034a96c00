// A deployment whose services are started by a deploy API, through the command line and the edge.
import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { openArtifacts } from '../../src/effects/artifacts.ts';
import { freePorts } from '../../src/edge/testing/free-ports.ts';
import { Tiny } from '../rig/tiny.ts';

vi.setConfig({ testTimeout: 180_000 });

interface App {
  readonly child: ChildProcess;
  readonly release: string;
  readonly port: number;
}
interface Order {
  readonly release: string;
  readonly artifact: string;
  readonly argv: readonly string[];
  readonly variables: Readonly<Record<string, string>>;
}

let tiny: Tiny;
const apps = new Map<string, App>();
const acts: string[] = [];
let isLiar = false;

/** Starts what it is told to, from the pinned bytes, at an address of its own. */
const server = createServer((request, response) => {
  void (async () => {
    const body = await text(request);
    const place = request.url ?? '';
    const app = apps.get(place);
    const say = (code: number, value: unknown) => response.writeHead(code).end(JSON.stringify(value));
    if (request.headers.authorization !== 'Bearer token-of-the-deployer') return say(401, {});
    if (request.method === 'GET')
      return app ? say(200, { release: app.release, address: `127.0.0.1:${app.port}` }) : say(404, {});
    acts.push(`${request.method} ${place}`);
    if (request.method === 'DELETE') {
      apps.delete(place);
      app?.child.kill('SIGKILL');
      return say(204, null);
    }
    if (!isLiar) apps.set(place, await startApp(JSON.parse(body) as Order));
    return say(201, { ok: true });
  })().catch(() => response.destroy());
});

async function startApp({ release, artifact, argv, variables }: Order): Promise<App> {
  const [port = 0] = await freePorts(1);
  const child = spawn(process.execPath, argv.slice(1), {
    cwd: openArtifacts(tiny.play.beside('artifacts')).directoryOf(artifact),
    env: { ...variables, PATH: process.env['PATH'], PORT: String(port), HOST: '127.0.0.1' },
    stdio: 'ignore',
  });
  return { child, release, port };
}

beforeAll(async () => {
  tiny = await Tiny.open();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const driver = {
    kind: 'http',
    base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    secrets: { token: 'secret://env/DEPLOY_TOKEN' },
    headers: { Authorization: 'Bearer {secret.token}' },
    start: {
      method: 'PUT',
      path: '/{service}/{colour}',
      body: { release: '{release}', artifact: '{artifact}', argv: '{argv}', variables: '{variables}' },
      done: { '$.ok': true },
    },
    stop: { method: 'DELETE', path: '/{service}/{colour}' },
    state: { path: '/{service}/{colour}', instances: '$', address: '$.address' },
    ...{ every: '100ms', within: '20s' },
  };
  tiny.overlay({ environments: { staging: { driver } } });
  vi.stubEnv('DEPLOY_TOKEN', 'token-of-the-deployer');
}, 60_000);
afterAll(async () => {
  vi.unstubAllEnvs();
  await tiny.close();
  for (const { child } of apps.values()) child.kill('SIGKILL');
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}, 120_000);

test('the dry run prints what would be asked, without the token, and asks nothing', async () => {
  tiny.next();
  const { stdout, code } = await tiny.play.run(['plan', 'staging'], { timeoutMs: 120_000 });
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /start web: PUT http:\/\/127\.0\.0\.1:\d+\/\{service\}\/\{colour\}, unless its state says that web of rel_\w+ runs in blue/,
  );
  expect(stdout).not.toContain('token-of-the-deployer');
  expect(acts).toEqual([]);
});

test('one release goes live, the second takes over, and a rollback brings the first back', async () => {
  const first = await tiny.deploy(0);
  expect(await tiny.served()).toBe(first);
  const second = await tiny.deploy(0);
  expect(await tiny.served()).toBe(second);
  const { code, stdout, stderr } = await tiny.play.run(['rollback', 'staging'], { timeoutMs: 120_000 });
  expect({ code, said: code === 0 ? '' : stdout + stderr }).toEqual({ code: 0, said: '' });
  expect(await tiny.served()).toBe(first);
  expect(acts.map((act) => act.split(' ')[0])).toEqual(['PUT', 'PUT', 'DELETE', 'PUT', 'DELETE']);
});

test('an API that only says that it is done does not get a release live', async () => {
  const served = await tiny.served();
  isLiar = true;
  tiny.next();
  const { code, stdout, stderr } = await tiny.play.run(['deploy', 'staging'], { timeoutMs: 120_000 });
  expect(code).not.toBe(0);
  expect(stdout + stderr).toContain('GR6437');
  expect(stdout + stderr).not.toContain('token-of-the-deployer');
  expect(await tiny.served()).toBe(served);
});

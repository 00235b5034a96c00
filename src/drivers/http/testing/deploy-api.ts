import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { httpDriver } from '../../http.ts';
import { FailureError, type Failure } from '../../../domain/failure.ts';
import { remoteHost } from '../../../effects/remote-host.ts';
import type { Slot } from '../../../kinds/driver.ts';
import { listening, openMachine, type AppOf, type SlotOptions, type StartOrder } from '../../wish/testing/machine.ts';
import { httpDriverSchema, type HttpDriverConfig } from '../schema.ts';

export interface Asked {
  readonly line: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}
type Asks = Omit<StartOrder, 'colour' | 'service'>;
/** True when it has answered itself. */
type Fault = (asked: Asked, response: ServerResponse, act: () => Promise<void>) => Promise<boolean> | boolean;

/** A deploy API that starts real services: begun by a POST, followed by an id, which knows its keys. Bends as a test says. */
export async function openDeployApi(appOf?: AppOf) {
  const machine = await openMachine(appOf);
  const asked: Asked[] = [];
  const effects: string[] = [];
  const deployments = new Map<string, { key: string; status: string; polls: number }>();
  let fault: Fault = () => false;

  async function begin(request: Asked): Promise<string> {
    const [, method, service = '', colour = ''] = /^(\S+) \/v1\/apps\/([^/]+)\/([^/?]+)/.exec(request.line) ?? [];
    const key = String(request.headers['idempotency-key']);
    const known = [...deployments].find(([, one]) => one.key === key);
    if (known) return known[0];
    const id = `d-${deployments.size + 1}`;
    deployments.set(id, { key, status: 'building', polls: 0 });
    effects.push(`${method === 'DELETE' ? 'stop' : 'start'} ${service}`);
    if (method === 'DELETE') await machine.stop({ colour, service });
    else await machine.start({ colour, service, ...(JSON.parse(request.body) as Asks) });
    return id;
  }

  async function answer(request: Asked, response: ServerResponse): Promise<void> {
    const say = (code: number, body: unknown) => response.writeHead(code).end(JSON.stringify(body));
    const [method = '', path = ''] = request.line.split(' ');
    const [, , kind, name = '', colour = ''] = path.split('/');
    if (await fault(request, response, async () => void (await begin(request)))) return;
    if (request.headers['authorization'] !== 'Bearer token-of-the-deployer') return void say(401, { error: 'who?' });
    if (kind === 'deployments') {
      const one = deployments.get(name);
      if (!one) return void say(404, {});
      one.polls += 1;
      if (one.polls > 1 && one.status === 'building') one.status = 'live';
      return void say(200, { deployment: { id: name, status: one.status } });
    }
    if (method !== 'GET') return void say(202, { deployment: { id: await begin(request) } });
    const now = machine.look(colour, name);
    if (!now) return void say(404, { error: 'nothing there' });
    say(200, { app: { release: now.release, address: `127.0.0.1:${now.port}`, startedAt: now.startedAt } });
  }

  const server = createServer((request: IncomingMessage, response) => {
    void (async () => {
      const one = { line: `${request.method} ${request.url}`, headers: request.headers, body: await text(request) };
      asked.push(one);
      await answer(one, response);
    })().catch(() => response.destroy());
  });
  const port = await listening(server);
  const written = (more: object = {}): HttpDriverConfig =>
    httpDriverSchema.parse({
      base: `http://127.0.0.1:${port}/v1`,
      secrets: { token: 'secret://file/token' },
      headers: { Authorization: 'Bearer {secret.token}' },
      start: {
        path: '/apps/{service}/{colour}/deployments',
        body: { release: '{release}', epoch: '{epoch}', variables: '{variables}' },
        ...{ keep: { id: '$.deployment.id' }, follow },
      },
      stop: { method: 'DELETE', path: '/apps/{service}/{colour}', keep: { id: '$.deployment.id' }, follow },
      state: { path: '/apps/{service}/{colour}', instances: '$.app', address: '$.address' },
      ...{ every: '20ms', 'answer-within': '5s', within: '60s', 'state-within': '20s', 'retry-for': '30s' },
      ...more,
    });
  const driver = httpDriver(remoteHost());
  const slot = (options: SlotOptions, more: object = {}) => machine.slot(options, written(more));
  return {
    ...{ machine, driver, asked, effects, deployments, written, slot, port },
    bend(with_: Fault): void {
      fault = with_;
    },
    /** One service only, so that a count is a count. */
    lone(options: SlotOptions, more: object = {}): Slot<HttpDriverConfig> {
      const whole = slot(options, more);
      return { ...whole, services: whole.services.slice(0, 1) };
    },
    async carryOut(change: 'prepare' | 'start' | 'stop', of: Slot<HttpDriverConfig>): Promise<void> {
      for (const command of driver.plan(change, of)) await driver.run(command, of, AbortSignal.timeout(60_000));
    },
    dispose: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await machine.dispose();
    },
  };
}

const follow = {
  path: '/deployments/{answer.id}',
  done: { '$.deployment.status': 'live' },
  failed: { '$.deployment.status': ['failed', 'cancelled'] },
};

export const failureOf = (act: Promise<unknown>): Promise<Failure> =>
  act.then(
    () => ({ code: 'none', message: 'it did not fail' }),
    (error: unknown) => (error instanceof FailureError ? error.failures[0]! : Promise.reject(error as Error)),
  );

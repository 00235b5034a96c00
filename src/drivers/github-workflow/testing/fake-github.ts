import { readFileSync } from 'node:fs';
import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';
import { githubWorkflowDriver } from '../../github-workflow.ts';
import { remoteHost } from '../../../effects/remote-host.ts';
import type { Slot } from '../../../kinds/driver.ts';
import { listening, openMachine, type AppOf, type SlotOptions } from '../../wish/testing/machine.ts';
import { githubSchema, type GithubConfig } from '../schema.ts';

type Documented = Readonly<Record<string, Readonly<Record<string, unknown>>>>;
/** Answers of the shape that GitHub documents. */
export const documented = JSON.parse(readFileSync(new URL('documented.json', import.meta.url), 'utf8')) as Documented;

export interface Asked {
  readonly line: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}
interface Run {
  readonly id: number;
  readonly title: string;
  status: string;
  conclusion: string | null;
  address: string | null;
}
type Inputs = Record<'action' | 'service' | 'colour', string> & {
  readonly release: { readonly id: string; readonly artifact: string };
};
/** True when it has answered itself. */
type Fault = (asked: Asked, response: ServerResponse, act: () => void) => Promise<boolean> | boolean;

/** GitHub, as far as the driver asks it; its workflow starts and stops real services. Bends as a test says. */
export async function openFakeGithub(appOf?: AppOf) {
  const machine = await openMachine(appOf);
  const asked: Asked[] = [];
  const runs: Run[] = [];
  const working: Promise<unknown>[] = [];
  let fault: Fault = () => false;
  let conclude: (run: Run, action: string) => string = () => 'success';
  let titleOf = (key: string): string => `Greenroom [${key}]`;
  /** Set: a start begins its service, says nothing of it, and its run goes on until this comes to be. */
  let half: Promise<unknown> | null = null;
  let say: (address: string) => string | null = (address) => JSON.stringify({ address });

  function dispatch(request: Asked): Run {
    const { inputs } = JSON.parse(request.body) as { inputs: { key: string; greenroom: string } };
    const order = JSON.parse(inputs.greenroom) as Inputs;
    const run: Run = {
      id: 100 + runs.length,
      title: titleOf(inputs.key),
      status: 'queued',
      conclusion: null,
      address: null,
    };
    runs.push(run);
    const work = async (): Promise<void> => {
      await sleep(30);
      run.status = 'in_progress';
      const conclusion = conclude(run, order.action);
      if (conclusion === 'success' && order.action === 'stop') await machine.stop(order);
      if (order.action === 'start' && (conclusion === 'success' || half)) {
        const { id: release, artifact } = order.release;
        const port = await machine.start({ ...order, release, artifact });
        run.address = half ? null : say(`127.0.0.1:${port}`);
        await half;
      }
      if (conclusion === 'never') return;
      Object.assign(run, { status: 'completed', conclusion });
    };
    working.push(work().catch(() => undefined));
    return run;
  }

  const shown = (run: Run) => ({
    ...documented['run'],
    ...{ id: run.id, display_title: run.title, status: run.status, conclusion: run.conclusion },
  });

  function reply(request: Asked, response: ServerResponse): void {
    const json = (code: number, body: unknown) => void response.writeHead(code).end(JSON.stringify(body));
    const [method = '', address = ''] = request.line.split(' ');
    const { pathname } = new URL(address, 'http://x');
    const path = pathname.replace('/repos/acme/mina', '');
    if (request.headers['authorization'] !== 'Bearer token-of-the-deployer')
      return json(401, { message: 'Bad credentials' });
    if (method === 'POST' && path === '/actions/workflows/driver.yml/dispatches') {
      const run = dispatch(request);
      const details = (JSON.parse(request.body) as { return_run_details?: boolean }).return_run_details;
      return details
        ? json(200, { ...documented['dispatched'], workflow_run_id: run.id })
        : void response.writeHead(204).end();
    }
    if (path === '/actions/workflows/driver.yml/runs')
      return json(200, { total_count: runs.length, workflow_runs: runs.map(shown).toReversed() });
    const [, id = '', jobs] = /^\/actions\/runs\/(\d+)(\/jobs)?$/.exec(path) ?? [];
    const run = runs.find((each) => String(each.id) === id);
    if (run && jobs)
      return json(200, { total_count: 1, jobs: [{ ...documented['job'], id: 9_000 + run.id, run_id: run.id }] });
    if (run) return json(200, shown(run));
    const [, job = ''] = /^\/check-runs\/(\d+)\/annotations$/.exec(path) ?? [];
    const ran = runs.find((each) => String(9_000 + each.id) === job);
    const other = { ...documented['annotation'], title: '', message: 'The label will migrate.' };
    if (ran)
      return json(200, ran.address === null ? [other] : [other, { ...documented['annotation'], message: ran.address }]);
    json(404, { message: 'Not Found', status: '404' });
  }

  const server = createServer((request, response) => {
    void (async () => {
      const one = { line: `${request.method} ${request.url}`, headers: request.headers, body: await text(request) };
      asked.push(one);
      if (!(await fault(one, response, () => void dispatch(one)))) reply(one, response);
    })().catch(() => response.destroy());
  });
  const port = await listening(server);
  const written = (more: object = {}): GithubConfig =>
    githubSchema.parse({
      ...{ repository: 'acme/mina', workflow: 'driver.yml', token: 'secret://file/token' },
      ...{ api: `http://127.0.0.1:${port}`, health: '/', every: '20ms', 'answer-within': '5s', within: '60s' },
      ...{ 'found-within': '3s', 'retry-for': '30s' },
      ...more,
    });
  const driver = githubWorkflowDriver(remoteHost());
  const slot = (options: SlotOptions, more: object = {}) => machine.slot(options, written(more));
  return {
    ...{ machine, driver, asked, runs, slot, written },
    bend: (with_: Fault) => void (fault = with_),
    concluding: (how: typeof conclude) => void (conclude = how),
    startingHalf: (end: Promise<unknown>) => void (half = end),
    titled: (how: typeof titleOf) => void (titleOf = how),
    saying: (how: typeof say) => void (say = how),
    dispatches: () => asked.filter(({ line }) => line.startsWith('POST')),
    /** One service only, so that a count is a count. */
    lone(options: SlotOptions, more: object = {}): Slot<GithubConfig> {
      const whole = slot(options, more);
      return { ...whole, services: whole.services.slice(0, 1) };
    },
    async carryOut(change: 'prepare' | 'start' | 'stop', of: Slot<GithubConfig>): Promise<void> {
      for (const command of driver.plan(change, of)) await driver.run(command, of, AbortSignal.timeout(60_000));
    },
    dispose: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      // What a run is about to start belongs to what is ended.
      await Promise.all(working);
      await machine.dispose();
    },
  };
}

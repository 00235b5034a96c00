import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Slot } from '../kinds/driver.ts';
import { driverContract, type DriverHarness } from '../kinds/testing/driver-contract.ts';
import { documented, openFakeGithub } from './github-workflow/testing/fake-github.ts';
import { failureOf } from './http/testing/deploy-api.ts';
import { endOfPlane } from './process/testing/world.ts';
import { startPlane } from './wish/testing/machine.ts';

vi.setConfig({ testTimeout: 120_000 });

const isDispatch = ({ line }: { line: string }) => line.startsWith('POST');

driverContract('github-workflow', async () => {
  const github = await openFakeGithub();
  return {
    ...github.machine,
    ...{ driver: github.driver, slot: github.slot, dispose: github.dispose },
    runAndDie: (slot: Slot, change: 'prepare' | 'start' | 'stop', commands: number) =>
      github.machine.runAndDie({ kind: 'github-workflow', slot, change, commands }),
  } as unknown as DriverHarness;
});

let github: Awaited<ReturnType<typeof openFakeGithub>>;
beforeEach(async () => {
  github = await openFakeGithub();
});
afterEach(() => github.dispose());

describe('a dispatch', () => {
  test('says what is wished in two inputs, with a key and no variable; its run is followed, and its address taken', async () => {
    const slot = github.lone({ epoch: 7, operation: 'dep_1-4', variables: { TOKEN: 'open-sesame' } });
    await github.carryOut('start', slot);
    const [asked] = github.dispatches();
    expect(asked!.line).toBe('POST /repos/acme/mina/actions/workflows/driver.yml/dispatches');
    expect(asked!.headers).toMatchObject({ 'x-github-api-version': '2022-11-28', 'user-agent': 'greenroom' });
    const { inputs, ...rest } = JSON.parse(asked!.body) as { inputs: { key: string; greenroom: string } };
    expect(rest).toEqual({ ref: 'main', return_run_details: true });
    expect(inputs.key).toBe('dep_1-4/start/web');
    expect(JSON.parse(inputs.greenroom)).toEqual({
      ...{ action: 'start', service: 'web', colour: 'green', project: 'fixture', environment: 'staging' },
      ...{ epoch: 7, attempt: 1 },
      release: { id: 'rel_one', revision: 'one', version: '1.0.0', artifact: slot.release.artifact },
    });
    expect(asked!.body).not.toContain('open-sesame');
    expect(await github.driver.observe(slot)).toMatchObject([{ service: 'web', releaseId: 'rel_one' }]);
    await github.carryOut('start', slot);
    expect(github.dispatches()).toHaveLength(1);
  });

  test('a server that answers 204 and no id: the run is found by the key in its title', async () => {
    // A newer run of a later attempt, whose key begins alike.
    const other = {
      id: 7,
      title: 'Greenroom [dep_1-4/start/web/2]',
      status: 'completed',
      conclusion: 'failure',
      address: null,
    };
    github.bend((asked, response, act) => {
      if (!isDispatch(asked)) return false;
      act();
      github.runs.push(other);
      response.writeHead(204).end();
      return true;
    });
    await github.carryOut('start', github.lone({ epoch: 1, operation: 'dep_1-4' }, { 'run-details': false }));
    expect(JSON.parse(github.dispatches()[0]!.body)).not.toHaveProperty('return_run_details');
    const list = github.asked.find(({ line }) => line.includes('/runs?'))!.line;
    expect(list).toMatch(/event=workflow_dispatch&created=%3E%3D\d{4}-\d\d-\d\dT\d\d%3A\d\d%3A\d\dZ&per_page=100/);
  });

  test('its answer is lost after it began: found by its key, one run', async () => {
    github.bend((asked, response, act) => isDispatch(asked) && (act(), response.destroy(), true));
    await github.carryOut('start', github.lone({ epoch: 1 }));
    expect([github.runs.length, github.dispatches().length]).toEqual([1, 1]);
  });

  test('502, and nothing began: looked for, then dispatched again with the same key', async () => {
    let left = 1;
    github.bend((asked, response) => {
      if (!isDispatch(asked) || left === 0) return false;
      left -= 1;
      response.writeHead(502).end('<html>Unicorn!</html>');
      return true;
    });
    await github.carryOut('start', github.lone({ epoch: 1 }));
    const keys = github.dispatches().map(({ body }) => (JSON.parse(body) as { inputs: { key: string } }).inputs.key);
    expect([keys.length, new Set(keys).size, github.runs.length]).toEqual([2, 1, 1]);
  });

  test('404: the file, its branch and the token are named', async () => {
    github.bend(
      (asked, response) => isDispatch(asked) && (response.writeHead(404).end('{"message":"Not Found"}'), true),
    );
    const { code, do: next } = await failureOf(github.carryOut('start', github.lone({ epoch: 1 })));
    expect(code).toBe('GR6432');
    for (const named of ['.github/workflows/driver.yml', 'default branch of acme/mina', 'token'])
      expect(next).toContain(named);
  });

  test('500 for ever: status and body are said, without the token', async () => {
    const body = 'Server Error token-of-the-deployer';
    github.bend((asked, response) => isDispatch(asked) && (response.writeHead(500).end(body), true));
    const slot = github.lone({ epoch: 1 }, { 'found-within': '100ms' });
    expect(await failureOf(github.carryOut('start', slot))).toMatchObject({
      code: 'GR6438',
      message: expect.stringContaining('it answered 500: Server Error ***'),
    });
  });

  test.each([
    ['noSuchInput', 422, 'Unexpected inputs'],
    ['notPermitted', 422, 'not a permitted key'],
  ])('refused (%s): said as GitHub says it, and not asked again', async (name, code, said) => {
    github.bend(
      (asked, response) => isDispatch(asked) && (response.writeHead(code).end(JSON.stringify(documented[name])), true),
    );
    const failure = await failureOf(github.carryOut('start', github.lone({ epoch: 1 })));
    expect(failure).toMatchObject({ code: 'GR6432', message: expect.stringContaining(said) });
    if (name === 'notPermitted') expect(failure.do).toContain('run-details: false');
    expect(github.dispatches()).toHaveLength(1);
  });
});

describe('a run', () => {
  test.each(['failure', 'cancelled', 'skipped', 'neutral', 'timed_out', 'action_required', 'stale', 'startup_failure'])(
    'that ended with "%s" is no success',
    async (conclusion) => {
      github.concluding(() => conclusion);
      expect(await failureOf(github.carryOut('start', github.lone({ epoch: 1 })))).toMatchObject({
        code: 'GR6434',
        message: expect.stringContaining(`"${conclusion}"`),
      });
      expect(await github.machine.running()).toEqual([]);
    },
  );

  test('that succeeded and started nothing: the service decides', async () => {
    github.saying(() => JSON.stringify({ address: '127.0.0.1:1' }));
    expect(await failureOf(github.carryOut('start', github.lone({ epoch: 1 }, { within: '6s' })))).toMatchObject({
      code: 'GR6437',
      message: expect.stringContaining('web does not run'),
    });
  });

  test.each([
    ['says nothing', () => null, 'did not say where the service listens'],
    ['says no address', () => '{"address":"here"}', 'is not {"address":"host:port"}'],
    ['says no JSON', () => 'here', 'is not {"address":"host:port"}'],
  ])('that %s is no success', async (_, saying, said) => {
    github.saying(saying);
    expect(await failureOf(github.carryOut('start', github.lone({ epoch: 1 })))).toMatchObject({
      code: 'GR6433',
      message: expect.stringContaining(said),
    });
  });

  test.each([
    ['says nothing of its address', () => github.saying(() => null)],
    ['does not hold the key in its title', () => github.titled(() => 'Deploy')],
  ])('that started a service and %s: the stop is dispatched', async (_, bending) => {
    bending();
    expect(await failureOf(github.carryOut('start', github.lone({ epoch: 1 })))).toMatchObject({ code: 'GR6433' });
    expect(await github.machine.running()).toEqual(['web']);
    // The title of a stop may be as wrong: what is not proven is not said to be done, and what was wished is sent.
    const stopped = await failureOf(github.carryOut('stop', github.lone({ epoch: 2, operation: 'back' })));
    expect([github.dispatches().length, await github.machine.running()]).toEqual([2, []]);
    expect(stopped.code).toBe(github.runs[1]!.title === 'Deploy' ? 'GR6433' : 'none');
  });

  test('whose title does not hold the key is not taken for ours', async () => {
    github.titled(() => 'Deploy');
    expect(await failureOf(github.carryOut('start', github.lone({ epoch: 1 })))).toMatchObject({
      code: 'GR6433',
      message: expect.stringContaining('run-name'),
    });
  });

  test('that never ends is not joined by another one', async () => {
    github.concluding(() => 'never');
    const slot = github.lone({ epoch: 1 }, { within: '1s' });
    expect(await failureOf(github.carryOut('start', slot))).toMatchObject({ code: 'GR6435' });
    expect(await failureOf(github.carryOut('stop', { ...slot, operation: 'later' }))).toMatchObject({ code: 'GR6435' });
    expect(github.runs).toHaveLength(1);
  });

  test('addresses written in greenroom.yaml need no output and no annotation', async () => {
    const port = await github.machine.start({ colour: 'green', service: 'web', release: 'rel_one' });
    const addresses = { blue: {}, green: { web: `127.0.0.1:${port}` } };
    await github.carryOut('stop', github.lone({ epoch: 1 }, { addresses }));
    expect(github.asked.some(({ line }) => line.includes('annotations'))).toBe(false);
    expect(await github.machine.running()).toEqual([]);
  });
});

describe('rate limits', () => {
  const limited = (headers: Record<string, string>, body = '{}', code = 403) => {
    const left = { dispatch: 1, run: 1 };
    github.bend(({ line }, response) => {
      const what = line.startsWith('POST') ? 'dispatch' : /runs\/\d+$/.test(line) ? 'run' : null;
      if (what === null || left[what] === 0) return false;
      left[what] -= 1;
      response.writeHead(code, headers).end(body);
      return true;
    });
  };
  test('Retry-After and x-ratelimit-reset are waited out, for the dispatch and for the run', async () => {
    limited({ 'retry-after': '1' }, '{}', 429);
    await github.carryOut('start', github.lone({ epoch: 1 }));
    expect([github.runs.length, github.dispatches().length]).toEqual([1, 2]);
    const reset = String(Math.floor(Date.now() / 1000) + 2);
    limited({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset });
    await github.carryOut('stop', github.lone({ epoch: 2, operation: 'stop' }));
    expect(await github.machine.running()).toEqual([]);
  });

  test('a secondary limit that says no time is a minute; more than there is time for has an end', async () => {
    limited({}, JSON.stringify(documented['secondaryLimit']));
    expect(await failureOf(github.carryOut('start', github.lone({ epoch: 1 })))).toMatchObject({ code: 'GR6436' });
    expect(github.dispatches()).toHaveLength(1);
  });

  test('one that is over far away says when to come again', async () => {
    const reset = Math.floor(Date.now() / 1000) + 3_000;
    limited({ 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(reset) });
    const at = new Date(reset * 1000).toISOString().slice(0, -5);
    expect(await failureOf(github.carryOut('start', github.lone({ epoch: 1 })))).toMatchObject({
      code: 'GR6436',
      message: expect.stringMatching(new RegExp(`may be asked again at ${at}.*in (49|50) min`)),
      do: expect.stringContaining(`Deploy again after ${at}`),
    });
  });

  test('403 without a limit is a refusal', async () => {
    limited({}, '{"message":"Resource not accessible by personal access token"}');
    expect(await failureOf(github.carryOut('start', github.lone({ epoch: 1 })))).toMatchObject({
      code: 'GR6432',
      message: expect.stringContaining('Resource not accessible'),
      do: expect.stringContaining('token'),
    });
  });
});

test('F001 a control plane is killed while a run goes on: the next one follows that run', async () => {
  let isHeld = true;
  github.bend(({ line }, response) => {
    if (!isHeld || !/runs\/\d+$/.test(line)) return false;
    response
      .writeHead(200)
      .end(JSON.stringify({ ...documented['run'], id: 100, display_title: github.runs[0]!.title }));
    return true;
  });
  const slot = github.lone({ epoch: 1 }, { within: '60s' });
  const plane = startPlane({ kind: 'github-workflow', slot, change: 'start' });
  const ended = endOfPlane(plane);
  await expect.poll(() => github.asked.some(({ line }) => /runs\/\d+$/.test(line)), { timeout: 60_000 }).toBe(true);
  plane.kill('SIGKILL');
  await ended;
  const next = github.carryOut('start', { ...slot, epoch: 2 });
  await sleep(300);
  isHeld = false;
  await next;
  expect(github.runs).toHaveLength(1);
  expect(await failureOf(github.carryOut('stop', slot))).toMatchObject({ code: 'GR6409' });
});

test('the token that GitHub repeats is in no failure and in no log', async () => {
  github.bend(
    (asked, response) =>
      isDispatch(asked) && (response.writeHead(400).end(String(asked.headers['authorization'])), true),
  );
  const failure = await failureOf(github.carryOut('start', github.lone({ epoch: 1 })));
  expect(failure.code).toBe('GR6432');
  for (const text of [JSON.stringify(failure), github.machine.log('github-workflow')])
    expect(text).not.toContain('token-of-the-deployer');
});

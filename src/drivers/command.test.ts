import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { commandHost } from '../effects/command-host.ts';
import { identify, isAlive } from '../host/process-identity.ts';
import type { Slot } from '../kinds/driver.ts';
import { driverContract, type DriverHarness } from '../kinds/testing/driver-contract.ts';
import { commandDriver } from './command.ts';
import type { CommandConfig } from './command/scene.ts';
import { failureOf, openScripted, truthful } from './command/testing/scripted.ts';
import { example, openWorld, startPlane } from './command/testing/world.ts';
import { endOfPlane } from './process/testing/world.ts';

// Every question to the program is a process of its own.
vi.setConfig({ testTimeout: 120_000 });

driverContract('command', async () => (await openWorld()) as unknown as DriverHarness);

let world: Awaited<ReturnType<typeof openScripted>>['world'];
let file: Awaited<ReturnType<typeof openScripted>>['file'];
let lines: Awaited<ReturnType<typeof openScripted>>['lines'];
let scripted: Awaited<ReturnType<typeof openScripted>>['scripted'];
let carryOut: Awaited<ReturnType<typeof openScripted>>['carryOut'];
beforeEach(async () => {
  ({ world, file, lines, scripted, carryOut } = await openScripted());
});
afterEach(() => world.dispose());
const until = async (holds: () => boolean): Promise<void> => {
  await expect.poll(holds, { timeout: 60_000, interval: 20 }).toBe(true);
};

describe('what the program is told', () => {
  test('a document for each act: key, epoch, release, and variables only where a service starts; never in argv', async () => {
    const slot = scripted(
      `writeFileSync('up', process.argv.join(' ')); done()`,
      truthful,
      {},
      { epoch: 7, variables: { TOKEN: 'open-sesame' }, operation: 'dep_1-4' },
    );
    await carryOut('start', slot);
    const [before, start, after] = lines('documents').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(start).toMatchObject({
      ...{ protocol: 'greenroom.driver/1', action: 'start', key: 'dep_1-4/start/web', attempt: 1, epoch: 7 },
      ...{ project: 'fixture', environment: 'staging', colour: 'green', host: '127.0.0.1' },
      release: { id: 'rel_one', revision: 'one', version: '1.0.0', directory: slot.artifactDirectory },
      services: [{ name: 'web', argv: ['node', 'app.mjs', 'web'], stopGraceMs: 3_000 }],
    });
    expect((start!['services'] as { variables: object }[])[0]!.variables).toMatchObject({
      TOKEN: 'open-sesame',
      GREENROOM_RELEASE: 'rel_one',
      GREENROOM_COLOUR: 'green',
    });
    for (const state of [before, after]) {
      expect(state).toMatchObject({ action: 'state', key: null, epoch: null });
      expect(JSON.stringify(state)).not.toContain('open-sesame');
    }
    expect(readFileSync(file('up'), 'utf8')).not.toContain('open-sesame');
  });

  test('asked for its state first: what is so already is not asked for again, start as stop', async () => {
    const slot = scripted(`asked.action === 'start' ? writeFileSync('up', '') : rmSync('up'); done()`, truthful);
    await carryOut('stop', slot);
    await carryOut('start', slot);
    await carryOut('start', slot);
    await carryOut('stop', slot);
    await carryOut('stop', slot);
    expect(lines('calls').filter((line) => !line.startsWith('state'))).toEqual(['start web', 'stop web']);
  });

  test('of our environment it gets four variables and those that are named; one that is not set is said before anything is called', async () => {
    const slot = scripted(
      `writeFileSync('env', Object.keys(process.env).toSorted().join(' ')); writeFileSync('up', ''); done()`,
      truthful,
      { pass: ['VITEST'] },
    );
    await carryOut('start', slot);
    expect(
      readFileSync(file('env'), 'utf8')
        .split(' ')
        .filter((name) => !['LANG', 'TMPDIR'].includes(name)),
    ).toEqual(['HOME', 'PATH', 'VITEST']);
    const called = lines('calls').length;
    const refused = { ...slot, config: { ...slot.config, pass: ['NO_SUCH_VARIABLE'] } };
    expect(await failureOf(carryOut('start', refused))).toMatchObject({
      code: 'GR6430',
      message: expect.stringContaining('NO_SUCH_VARIABLE'),
    });
    expect(lines('calls')).toHaveLength(called);
  });

  test('F064 a tree that is not what was proven is refused before anything is called', async () => {
    const slot = scripted('done()', truthful);
    expect(await failureOf(carryOut('prepare', { ...slot, artifactDirectory: world.root }))).toMatchObject({
      code: expect.stringMatching(/^GR65/),
    });
    expect(lines('calls')).toEqual([]);
  });
});

describe('exit code 75', () => {
  test('it is called again with the same key, after another look at its state', async () => {
    const slot = scripted(`if (asked.attempt < 3) process.exit(75); writeFileSync('up', ''); done()`, truthful);
    await carryOut('start', slot);
    expect(lines('calls').map((line) => line.split(' ')[0])).toEqual([
      'state',
      'start',
      'state',
      'start',
      'state',
      'start',
      'state',
    ]);
    const starts = lines('documents')
      .map((line) => JSON.parse(line) as { action: string; key: string; attempt: number })
      .filter(({ action }) => action === 'start');
    expect(new Set(starts.map(({ key }) => key)).size).toBe(1);
    expect(starts.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
  });

  test('what came to be meanwhile is not asked for again; what never does has an end', async () => {
    const slow = scripted(`writeFileSync('up', ''); process.exit(75)`, truthful);
    await carryOut('start', slow);
    expect(lines('calls').filter((line) => line.startsWith('start'))).toHaveLength(1);
    const never = scripted('process.exit(75)', 'nothing()', { 'retry-for': 1_000 });
    expect(await failureOf(carryOut('start', never))).toMatchObject({
      code: 'GR6428',
      message: expect.stringContaining('for 1.0 s'),
    });
  });
});

describe('F001 a control plane is killed while the program runs', () => {
  const waits = `writeFileSync('pid', String(process.pid)); while (!existsSync('go') && existsSync('program.mjs')) await new Promise((next) => setTimeout(next, 20));`;
  const killedInCall = async (slot: Slot<CommandConfig>) => {
    const plane = startPlane({ slot, change: 'start' });
    const ended = endOfPlane(plane);
    // The file is there a moment before the number in it is.
    const named = () => (existsSync(file('pid')) ? identify(Number(readFileSync(file('pid'), 'utf8'))) : null);
    await until(() => named() !== null);
    const program = named()!;
    plane.kill('SIGKILL');
    await ended;
    return program;
  };

  const runnerOf = (slot: Slot<CommandConfig>): number => {
    const calls = join(slot.stateDirectory, 'command', 'calls');
    const claim = readFileSync(join(calls, readdirSync(calls)[0]!, 'claim.json'), 'utf8');
    return (JSON.parse(claim) as { runner: { pid: number } }).runner.pid;
  };

  test('the program goes on; the next one takes its answer and does not call it again', async () => {
    const slot = scripted(`${waits} writeFileSync('up', ''); done()`, truthful);
    const program = await killedInCall(slot);
    expect(isAlive(program)).toBe(true);
    const next = carryOut('start', { ...slot, epoch: 2 });
    await sleep(500);
    expect(isAlive(program)).toBe(true);
    writeFileSync(file('go'), '');
    await next;
    expect(lines('calls').filter((line) => line.startsWith('start'))).toHaveLength(1);
  });

  test('F007 nothing else is called beside it, also for another wish, and the one before is refused', async () => {
    const slot = scripted(
      `if (asked.action === 'start') { ${waits} console.error(asked.services[0].variables.TOKEN); writeFileSync('up', ''); }
       else rmSync('up'); done()`,
      truthful,
      {},
      { variables: { TOKEN: 'open-sesame' }, secrets: ['open-sesame'] },
    );
    const program = await killedInCall(slot);
    const stop = carryOut('stop', { ...slot, epoch: 2, operation: 'later', secrets: [] });
    await sleep(1_000);
    expect([isAlive(program), lines('calls').includes('stop web')]).toEqual([true, false]);
    expect(await failureOf(carryOut('start', slot))).toMatchObject({ code: 'GR6409' });
    writeFileSync(file('go'), '');
    await stop;
    expect(lines('calls').filter((line) => !line.startsWith('state'))).toEqual(['start web', 'stop web']);
    expect(await world.driver.observe(slot)).toEqual([]);
    const log = readFileSync(join(slot.stateDirectory, 'command', 'calls.log'), 'utf8');
    expect(log).toContain('start/web attempt 1: exit code 0');
    expect(log).toContain('what it said is not kept');
    expect(log).not.toContain('open-sesame');
  });

  test('its runner is killed as well: the state is asked when the program has ended, then the same key is called again', async () => {
    const slot = scripted(
      `if (asked.attempt === 1) { ${waits} process.exit(0); } writeFileSync('up', ''); done()`,
      truthful,
    );
    const program = await killedInCall(slot);
    process.kill(runnerOf(slot), 'SIGKILL');
    const next = carryOut('start', { ...slot, epoch: 2 });
    await sleep(500);
    expect(lines('calls').filter((line) => line.startsWith('start'))).toHaveLength(1);
    writeFileSync(file('go'), '');
    await next;
    expect(isAlive(program)).toBe(false);
    const starts = lines('documents')
      .map((line) => JSON.parse(line) as { action: string; key: string; attempt: number })
      .filter(({ action }) => action === 'start');
    expect(starts.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(starts[0]!.key).toBe(starts[1]!.key);
  });

  test('a program without a runner is ended past its limit; one whose runner lives is not, and a person is told', async () => {
    const slot = scripted(`if (asked.attempt === 1) { ${waits} } writeFileSync('up', ''); done()`, truthful);
    const program = await killedInCall(slot);
    const later = commandDriver({ ...commandHost(), now: () => Date.now() + 600_000 });
    const again = () => {
      const next = { ...slot, epoch: 2 };
      return later.run(later.plan('start', next)[0]!, next, AbortSignal.timeout(100_000));
    };
    expect(await failureOf(again())).toMatchObject({
      code: 'GR6429',
      do: expect.stringContaining(String(program.pid)),
    });
    expect(isAlive(program)).toBe(true);
    const runner = runnerOf(slot);
    process.kill(runner, 'SIGKILL');
    await until(() => identify(runner) === null);
    await again();
    expect(isAlive(program)).toBe(false);
    expect(lines('calls').filter((line) => line.startsWith('start'))).toHaveLength(2);
  });

  test('killed between record and start: the record is taken back, and nothing waits for it', async () => {
    const slot = scripted(`writeFileSync('up', ''); done()`, truthful);
    await carryOut('stop', slot);
    const record = {
      sequence: 9,
      id: 'call-9',
      key: 'x',
      doing: 'start web',
      attempt: 1,
      epoch: 1,
      startedAt: Date.now(),
      limitMs: 60_000,
      isSettled: false,
    };
    writeFileSync(join(slot.stateDirectory, 'command', 'call.json'), JSON.stringify(record));
    await carryOut('start', slot);
    expect(lines('calls').filter((line) => line.startsWith('start'))).toHaveLength(1);
  });
});

test('the page shows the whole example, as it runs here', () => {
  const page = readFileSync(new URL('./command.md', import.meta.url), 'utf8');
  expect(page).toContain(`\`\`\`js\n${readFileSync(example, 'utf8')}\`\`\``);
});

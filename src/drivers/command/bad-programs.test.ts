import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { identify, isAlive } from '../../host/process-identity.ts';
import { failureOf, openScripted, truthful } from './testing/scripted.ts';

vi.setConfig({ testTimeout: 120_000 });

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

describe('answers that are none', () => {
  const bad: readonly [string, string, string, RegExp][] = [
    ['nothing', '', 'GR6424', /answered nothing/],
    ['no JSON', `console.log('all good!')`, 'GR6424', /not one JSON document: all good!/],
    ['two documents', 'done(); done()', 'GR6424', /not one JSON document/],
    ['another shape', `answer({ outcome: 'failed' })`, 'GR6425', /outcome/],
    ['an unknown field', `answer({ outcome: 'done', also: 1 })`, 'GR6425', /also/],
    [
      'another version of the protocol',
      `answer({ outcome: 'done', protocol: 'greenroom.driver/2' })`,
      'GR6425',
      /protocol/,
    ],
    ['a list', 'answer([])', 'GR6425', /the whole document/],
    [
      '100 MB',
      `const piece = 'x'.repeat(1 << 20); for (let n = 0; n < 100; n += 1) process.stdout.write(piece)`,
      'GR6424',
      /104857600 bytes long/,
    ],
    [
      'an exit code',
      `console.error('disk is full'); process.exit(3)`,
      'GR6423',
      /start web\) ended with exit code 3\. It said: disk is full/,
    ],
    ['a signal', `process.kill(process.pid, 'SIGABRT'); setInterval(() => {}, 1000)`, 'GR6423', /was ended by SIGABRT/],
  ];
  test.each(bad)('%s', async (_name, act, code, message) => {
    const slot = scripted(act, truthful);
    const failure = await failureOf(carryOut('start', slot));
    expect(failure).toMatchObject({ code, message: expect.stringMatching(message) });
    expect(failure.do).toBeTruthy();
    expect(failure.message.length).toBeLessThan(2_000);
  });

  const badStates: readonly [string, string, string, RegExp][] = [
    ['no instances', 'answer({})', 'GR6425', /instances/],
    ['a missing port', 'runs({ port: undefined })', 'GR6425', /instances\[0\]\.port/],
    ['a port that is none', 'runs({ port: 70000 })', 'GR6425', /instances\[0\]\.port/],
    ['a host that is none', `runs({ host: 'a b' })`, 'GR6425', /instances\[0\]\.host/],
    ['no release', `runs({ release: '' })`, 'GR6425', /instances\[0\]\.release/],
    ['a time that is none', `runs({ startedAt: 'yesterday' })`, 'GR6425', /instances\[0\]\.startedAt/],
    [
      'a service that nobody asked about',
      `runs({ service: 'stranger' })`,
      'GR6426',
      /"stranger" runs, which it was not asked about/,
    ],
    ['no state at all', 'process.exit(1)', 'GR6423', /\(state\) ended with exit code 1/],
  ];
  test.each(badStates)(
    'a state with %s is no state: nothing is called, and nothing is reported to run',
    async (_name, state, code, message) => {
      const slot = scripted('done()', state);
      expect(await failureOf(carryOut('start', slot))).toMatchObject({ code, message: expect.stringMatching(message) });
      expect(await failureOf(world.driver.observe(slot))).toMatchObject({ code });
      expect(lines('calls').filter((line) => line.startsWith('start'))).toEqual([]);
    },
  );

  test('a service that is said to run twice', async () => {
    const one = `{ service: 'web', release: 'rel_one', host: 'h', port: 1, startedAt: '2026-01-01T00:00:00Z' }`;
    const slot = scripted('done()', `answer({ instances: [${one}, ${one}] })`);
    expect(await failureOf(world.driver.observe(slot))).toMatchObject({
      code: 'GR6426',
      where: 'instances[1].service',
    });
  });

  test('a process that is not there does not run, whatever is said of it', async () => {
    const slot = scripted('done()', `runs({ pid: 4_194_305 })`);
    expect(await world.driver.observe(slot)).toEqual([]);
  });

  test('a state that only ever comes later', async () => {
    const slot = scripted('', '', { run: ['sh', '-c', 'exit 75'], 'state-within': 3_000 });
    expect(await failureOf(world.driver.observe(slot))).toMatchObject({ code: 'GR6428' });
  });

  test('a state that fails, or comes later for ever, says what it said, and is in the log', async () => {
    const run = ['sh', '-c', 'echo cluster is asleep, open-sesame >&2; exit $(cat code)'];
    const slot = scripted('', '', { run, 'state-within': 3_000 }, { secrets: ['open-sesame'] });
    for (const [exitCode, code] of [
      [1, 'GR6423'],
      [75, 'GR6428'],
    ] as const) {
      writeFileSync(file('code'), String(exitCode));
      const failure = await failureOf(world.driver.observe(slot));
      expect(failure).toMatchObject({ code, message: expect.stringContaining('It said: cluster is asleep, ***') });
      const log = readFileSync(failure.where!, 'utf8');
      expect(log).toMatch(new RegExp(`state green attempt \\d+: exit code ${exitCode} after`));
      expect(log).toContain('cluster is asleep, ***');
    }
  });

  test('an act that comes later for ever says what it said', async () => {
    const slot = scripted(`console.error('queue is full'); process.exit(75)`, 'nothing()', { 'retry-for': 500 });
    expect(await failureOf(carryOut('start', slot))).toMatchObject({
      code: 'GR6428',
      message: expect.stringContaining('It said: queue is full'),
    });
  });

  test('a trace that is longer than what is shown keeps the line that names the error', async () => {
    const slot = scripted('', '', { run: ['node', './broken.mjs'] });
    writeFileSync(file('broken.mjs'), 'const ;\n');
    const { code, message } = await failureOf(carryOut('start', slot));
    expect([code, message]).toEqual(['GR6423', expect.stringMatching(/It said: SyntaxError: .* \| … \| at /)]);
    // The control: what stands in the last lines is not said twice.
    writeFileSync(file('broken.mjs'), `console.error('TypeError: no such thing\\nbye'); process.exit(1)`);
    const short = await failureOf(carryOut('start', slot));
    expect(short.message).toMatch(/It said: TypeError: no such thing \| bye$/);
  });

  test('a program that is not there', async () => {
    const slot = scripted('', '', { run: ['./no-such-driver'] });
    expect(await failureOf(carryOut('start', slot))).toMatchObject({
      code: 'GR6421',
      message: expect.stringContaining('./no-such-driver'),
    });
  });
});

describe('done is a word, the state is the proof', () => {
  test('said done and started nothing', async () => {
    const slot = scripted('done()', 'nothing()');
    expect(await failureOf(carryOut('start', slot))).toMatchObject({
      code: 'GR6427',
      message: expect.stringContaining('said done (start web), but its state says that web does not run in green'),
    });
  });

  test('said done, and another release runs there', async () => {
    const slot = scripted(
      `writeFileSync('up', ''); done()`,
      `existsSync('up') ? runs({ release: 'rel_old' }) : nothing()`,
    );
    expect(await failureOf(carryOut('start', slot))).toMatchObject({
      code: 'GR6427',
      message: expect.stringContaining('web of rel_old runs'),
    });
  });

  test('said done and stopped nothing', async () => {
    const slot = scripted('done()', 'runs()');
    expect(await failureOf(carryOut('stop', slot))).toMatchObject({
      code: 'GR6427',
      message: expect.stringContaining('web of rel_one runs'),
    });
  });

  test('another release in the colour is stopped first, and only when that is proven is the new one started', async () => {
    const slot = scripted(
      `asked.action === 'stop' ? rmSync('old') : writeFileSync('up', ''); done()`,
      `existsSync('old') ? runs({ release: 'rel_old' }) : ${truthful}`,
    );
    writeFileSync(file('old'), '');
    await carryOut('start', slot);
    expect(lines('calls').filter((line) => !line.startsWith('state'))).toEqual(['stop web', 'start web']);
  });
});

describe('time, secrets, and what is left behind', () => {
  test('who never ends is ended with its whole group', async () => {
    const script = `grep -q '"action":"state"' && echo '{"instances":[]}' || { sleep 600 & echo $! > child; wait; }`;
    const slot = scripted('', '', { run: ['sh', '-c', script], within: 3_000 });
    expect(await failureOf(carryOut('start', slot))).toMatchObject({
      ...{ code: 'GR6422', message: expect.stringContaining('took longer than 3.0 s') },
    });
    const pid = Number(readFileSync(file('child'), 'utf8'));
    await until(() => identify(pid) === null);
  });

  test('a daemon that it leaves is left, and does not hold the call up', async () => {
    const slot = scripted(
      `const child = spawn('sleep', ['600'], { stdio: 'ignore', detached: true }); child.unref(); writeFileSync('up', String(child.pid)); done()`,
      truthful,
    );
    await carryOut('start', slot);
    const daemon = identify(Number(readFileSync(file('up'), 'utf8')))!;
    expect(isAlive(daemon)).toBe(true);
    process.kill(daemon.pid, 'SIGKILL');
  });

  test('no secret is in what is kept or said', async () => {
    const act = `console.error('token is ' + asked.services[0].variables.TOKEN); console.error('and ' + process.env.GIVEN); process.exit(4)`;
    vi.stubEnv('GIVEN', 'swordfish-of-greenroom');
    const slot = scripted(
      act,
      truthful,
      { pass: ['GIVEN'] },
      { variables: { TOKEN: 'open-sesame' }, secrets: ['open-sesame'] },
    );
    const failure = await failureOf(carryOut('start', slot));
    vi.unstubAllEnvs();
    expect(failure.message).toContain('token is *** | and ***');
    const log = readFileSync(failure.where!, 'utf8');
    expect(log).toContain(`start web ${slot.operation}/start/web attempt 1: exit code 4`);
    expect(log).toContain('token is ***');
    expect(statSync(failure.where!).mode & 0o777).toBe(0o600);
    const kept = readdirSync(slot.stateDirectory, { recursive: true, withFileTypes: true }).filter((entry) =>
      entry.isFile(),
    );
    expect(kept.length).toBeGreaterThan(2);
    for (const entry of kept)
      expect(readFileSync(join(entry.parentPath, entry.name), 'utf8')).not.toMatch(/open-sesame|swordfish/);
    expect(readdirSync(join(slot.stateDirectory, 'command', 'calls'))).toEqual([]);
  });
});

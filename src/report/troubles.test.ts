import { expect, test } from 'vitest';
import type { JsonObject } from '../domain/json.ts';
import { gist } from './gist.ts';
import { play } from './testing/script.ts';
import { troubles } from './troubles.ts';

const failedAt = (step: 'switch' | 'bake' | 'drain', facts: JsonObject) => {
  const account = play({ version: '2.4.2', steps: { [step]: { failed: 'it is so', facts } } });
  const { headline, sentence } = gist(account);
  return { headline, sentence, cause: troubles(account).find(({ name }) => name === step)!.cause };
};
const ended = 'The new version ended between its proof and the switch';

test('F076 what ended before the switch is not told as rolled back, nor blamed on the public address', () => {
  const told = failedAt('switch', { ended: true, moved: false });
  expect(told).toMatchObject({
    headline: 'STOPPED before traffic, after GO',
    sentence: expect.stringMatching(
      /^Release 2\.4\.2 was stopped before any traffic reached it: it is so\. rel_\w+ serves/,
    ),
    cause: `${ended}. It had no traffic: users were never on it.`,
  });
});

test.each([
  ['a share of users was on it', { ended: true, moved: true }, `${ended}, when it had traffic already.`],
  ['nobody knows whether users were on it', { ended: true }, `${ended}.`],
  ['the public address was asked', { moved: true }, expect.stringContaining('forwarded headers')],
  ['the proxy refused', {}, expect.stringContaining('the traffic switch did not do as it was told')],
])('a switch that failed, and %s: rolled back, with its own cause', (_, facts, cause) => {
  expect(failedAt('switch', facts as JsonObject)).toMatchObject({ headline: 'ROLLED BACK after GO', cause });
});

test.each([
  ['somebody has changed the proxy by hand', { byHand: true }, 'It was not the release that went wrong'],
  ['the release is bad', {}, 'went wrong under real traffic'],
])('a bake that failed because %s says so', (_, facts, cause) => {
  expect(failedAt('bake', facts as JsonObject).cause).toContain(cause);
});

const heldAt = (step: string, facts: JsonObject) => {
  const account = play({ steps: { [step]: { held: 'it is so', facts } } });
  expect(account.status).toMatch(/^held/);
  return troubles(account).find(({ name }) => name === step)!;
};

test.each([
  ['drain', { unseen: true }, 'did not say whether the new version still runs', '--retry'],
  ['stop', { unseen: true }, 'did not say whether the new version still runs', '--retry'],
  ['drain', { ended: true }, 'told to hold instead of going back', '--go-back'],
  ['stop', { ended: true }, 'the only one that still runs', 'greenroom rollback'],
  ['stop', { byHand: true }, 'has changed where a proxy sends requests', 'Find out who did it'],
  ['stop', {}, 'broke or was cut off', 'Look at what it left'],
  ['bake', {}, 'saw too little', '--continue'],
])(
  'a %s that holds (%o) has the advice that fits, and only one of which nothing is known was cut off',
  (step, facts, cause, next) => {
    const told = heldAt(step, facts as JsonObject);
    expect(told).toMatchObject({ cause: expect.stringContaining(cause), next: expect.stringContaining(next) });
    if (cause !== 'broke or was cut off') expect(told.cause).not.toContain('cut off');
  },
);

test('a way back that the old version is too ill for is not told to deploy again', () => {
  const ill = { bake: { failed: 'bad' }, 'switch-back': { failed: 'the old version is not well either' } };
  const told = troubles(play({ steps: ill })).find(({ name }) => name === 'switch-back');
  expect(told).toMatchObject({
    cause: expect.stringContaining('Both versions are ill'),
    next: expect.stringContaining('"greenroom resume" with --retry'),
  });
});

test('whoever is told to read a log is told where it is, where that is known', () => {
  const logs = ['/home/staging/green/backend.log'];
  const next = [
    ...(['switch', 'drain'] as const).map((step) => {
      const account = play({ steps: { [step]: { failed: 'it is so', facts: { ended: true, logs } } } });
      return troubles(account).find(({ name }) => name === step)!.next;
    }),
    heldAt('drain', { ended: true, logs }).next,
  ];
  for (const each of next)
    expect(each).toContain('the log of the service that ended (/home/staging/green/backend.log)');
  expect(heldAt('drain', { ended: true }).next).toMatch(/the log of the service that ended, then say/);
});

test('F076 what ended while the old version was drained is told so, and not blamed on the machine', () => {
  expect(failedAt('drain', { ended: true }).cause).toContain('ended while the old one was drained');
  expect(failedAt('drain', {}).cause).toContain('did not do as it was told');
});

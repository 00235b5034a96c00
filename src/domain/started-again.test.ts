import { expect, test } from 'vitest';
import { startedAgain, startsOf } from './started-again.ts';

const web = { service: 'web', startedAt: 100 };
const api = { service: 'api', startedAt: 200 };
const proven = startsOf([web, api]);

test.each([
  ['everything as it was proven', [web, api], null],
  ['one began later', [web, { ...api, startedAt: 201 }], /^api exited after it was proven/],
  [
    'both did',
    [
      { ...web, startedAt: 900 },
      { ...api, startedAt: 901 },
    ],
    /^web, api exited/,
  ],
  ['one is gone: another fault', [web], null],
  ['one that nobody has proven', [web, { service: 'new', startedAt: 900 }], null],
  ['one of which nobody knows when it began', [web, { ...api, startedAt: 0 }], null],
  ['one with copies on other machines', [web, { ...api, startedAt: 201, also: ['10.0.0.7'] }], null],
])('%s', (_, running, said) => {
  const found = startedAgain(proven, running);
  if (said === null) expect(found).toBeNull();
  else expect(found).toMatch(said);
});

import { expect, test } from 'vitest';
import { givenBackIn, givenBackWords, type GivenBackFact } from './given-back.ts';

const fact: GivenBackFact = {
  ...{ service: 'web', name: 'container hello-web', awayMs: 24_000, wasDark: false, byHand: 'docker start hello-web' },
  ...{ seen: 'status 200 from http://127.0.0.1:8080/health', problem: null },
};

test('a step that gave nothing back has none', () => {
  expect(givenBackIn({ stopped: 'blue' })).toEqual([]);
  expect(givenBackIn({ givenBack: [fact] })).toEqual([fact]);
});

test('who serves again is said with what was seen; one that was only started is not said to have answered', () => {
  expect(givenBackWords(fact)).toBe(
    "web is served again by the team's own container hello-web (status 200 from http://127.0.0.1:8080/health), 24.0 s after it was stopped.",
  );
  expect(givenBackWords({ ...fact, wasDark: true })).toContain(
    '24.0 s after it was stopped; nobody answered in that time.',
  );
  expect(givenBackWords({ ...fact, seen: null })).toContain('(it runs)');
});

test('who is dark comes first, then what helps', () => {
  expect(givenBackWords({ ...fact, seen: null, problem: 'the port is taken.' })).toBe(
    'NOBODY SERVES web: run "docker start hello-web"; the team\'s own container hello-web does not serve again: the port is taken.',
  );
});

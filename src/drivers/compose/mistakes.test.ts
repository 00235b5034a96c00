import { expect, test } from 'vitest';
import { mistakesIn } from './mistakes.ts';

const path = 'docker-compose.yml';
const text = `version: "3.8"
services:
  web:
    image: shop
    prots: ["8080:3000"]
  jobs:
    command: work
    environment: 5
`;
const where = (said: string) => mistakesIn(said, [{ path, text }]).map((each) => each.where);

// As the two generations say it.
test.each([
  [
    'validating /x/docker-compose.yml: services.web Additional property prots is not allowed',
    `${path}:5:5 (services.web.prots)`,
  ],
  [
    `The Compose file '/x/docker-compose.yml' is invalid because:\nUnsupported config option for services.web: 'prots'`,
    `${path}:5:5 (services.web.prots)`,
  ],
  [
    'validating /x/docker-compose.yml: services.jobs.environment must be a mapping',
    `${path}:8:5 (services.jobs.environment)`,
  ],
  [
    `services.jobs.environment contains an invalid type, it should be an object, or an array`,
    `${path}:8:5 (services.jobs.environment)`,
  ],
  [
    'service "jobs" has neither an image nor a build context specified: invalid compose project',
    `${path}:6:3 (services.jobs)`,
  ],
  [
    'The Compose file is invalid because:\nService jobs has neither an image nor a build context specified.',
    `${path}:6:3 (services.jobs)`,
  ],
  [`Service 'web' depends on service 'nope' which is undefined.`, `${path}:3:3 (services.web)`],
  [
    'error while interpolating services.web.image: required variable FOO is missing a value: needed',
    `${path}:4:5 (services.web.image)`,
  ],
  ['yaml: line 5: did not find expected node content', `${path}:5`],
  [
    `expected the node content, but found '<stream end>'\n  in "/x/docker-compose.yml", line 6, column 1`,
    `${path}:6:1`,
  ],
])('%s', (said, place) => {
  expect(where(said)).toEqual([place]);
});

test('warnings are not the mistake; what has no place is said with the files', () => {
  const said =
    'time="2026" level=warning msg="the attribute `version` is obsolete"\nCouldn\'t find env file: /x/nope.env';
  expect(mistakesIn(said, [{ path, text }])).toMatchObject([
    { code: 'GR6442', message: "The compose file cannot be used: Couldn't find env file: /x/nope.env", where: path },
  ]);
  expect(mistakesIn('', [{ path, text }])).toHaveLength(1);
});

test('the folder where the release is kept is not part of what is said', () => {
  const [failure] = mistakesIn(
    'validating /x/docker-compose.yml: services.web Additional property prots is not allowed',
    [{ path, text }],
  );
  expect(failure!.message).toBe(
    'The compose file cannot be used: services.web Additional property prots is not allowed',
  );
});

test('of several files the one that wins is named', () => {
  const over = { path: 'docker-compose.staging.yml', text: 'services:\n  web:\n    image: 5\n' };
  const [failure] = mistakesIn('services.web.image must be a string', [{ path, text }, over]);
  expect(failure!.where).toBe('docker-compose.staging.yml:3:5 (services.web.image)');
});

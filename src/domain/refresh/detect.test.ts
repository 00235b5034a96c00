import { expect, test } from 'vitest';
import { detectLeaves } from './detect-leaves.ts';
import { detect } from './detect.ts';
import { covers, parseJsonPath } from './json-path.ts';
import { familyOf } from './source-schema.ts';
import { nowhere } from './surroundings.ts';

const found = (name: string, type: string, ...samples: (string | null)[]): string => {
  const detected = detect(name, familyOf(type), samples);
  return detected ? `${detected.masker} ${detected.confidence}` : 'nothing';
};

test.each([
  ['email', 'text', ['anna@sea.example', null], 'email sure'],
  ['userEmail', 'citext', [], 'email likely'],
  ['x17', 'text', ['anna@sea.example', 'bo@sea.example'], 'email sure'],
  ['contact', 'text', ['n/a', 'anna@sea.example', 'x', 'y', 'z'], 'email likely'],
  ['first_name', 'text', ['Anna', 'Zoë'], 'given-name sure'],
  ['LAST-NAME', 'varchar', ['Berg', "O'Brien"], 'family-name sure'],
  ['full_name', 'text', ['Anna Berg'], 'full-name sure'],
  ['phone', 'text', ['+49 170 1234567'], 'digits sure'],
  ['ssn', 'text', ['123-45-6789'], 'digits sure'],
  ['iban', 'text', ['DE89370400440532013000'], 'iban sure'],
  ['c', 'text', ['4111 1111 1111 1111'], 'card sure'],
  ['password_hash', 'text', ['$2b$12$abcdefghijklmnopqrstuv'], 'token sure'],
  ['reset_token', 'text', [], 'token likely'],
  ['last_login_ip', 'inet', ['10.1.2.3'], 'ip sure'],
  ['v', 'text', ['10.1.2.3', '::1'], 'ip sure'],
  ['homepage', 'text', ['https://sea.example/anna'], 'url sure'],
  ['date_of_birth', 'date', [], 'date-shift sure'],
  ['salary', 'numeric', ['50000'], 'band sure'],
  ['avatar', 'bytea', [], 'bytes sure'],
  ['tags', '_text', ['anna@sea.example'], 'email sure'],
  ['x', 'text', ['the customer who called last week told us at length about the trip to the sea'], 'text likely'],
  ['reminder', 'text', ['+49 170 1234567', null], 'digits sure'],
  ['caller_id', 'text', ['491701234567'], 'digits sure'],
  ['to', 'text', ['491701234567', '441632960961'], 'digits sure'],
  ['to', 'text', ['closed', 'open'], 'nothing'],
  ['page_id', 'text', ['104857600123'], 'token sure'],
  ['page_id', 'text', ['12', '13'], 'nothing'],
  ['page_id', 'text', [], 'nothing'],
  ['page_id', 'int8', ['104857600123'], 'nothing'],
  ['account_sid', 'text', ['AC0123456789abcdef0123456789abcdef'], 'token sure'],
  ['license_key', 'text', ['6f1c9d2e-1111-4222-8333-444455556666'], 'token sure'],
  ['location', 'text', ['12 Sea Road, Hastings', '+49 170 1234567'], 'text sure'],
  ['location', 'text', ['office', 'remote'], 'nothing'],
  ['zip2', 'text', ['21073'], 'digits sure'],
  ['phonew_1', 'text', ['+49 170 1234567'], 'digits sure'],
  ['ss', 'text', ['123-45-6789'], 'digits sure'],
  ['x', 'text', ['123-45-6789', '987-65-4321'], 'digits sure'],
  ['sessid', 'text', ['0123456789abcdef0123456789abcdef'], 'token sure'],
  ['drivers_license', 'text', ['D1234567'], 'token sure'],
  ['federaltaxid', 'text', ['12-3456789'], 'digits sure'],
  ['monthly_income', 'text', ['2,400', '3900'], 'digits sure'],
  ['pay_total', 'numeric', ['12.40'], 'nothing'],
  ['streetb', 'text', ['2nd floor'], 'street sure'],
  ['coordinates_long', 'float8', ['13.4'], 'band sure'],
  // Every tenth number of any kind has a right check digit.
  ['n', 'text', ['49000000000003', '49000000000018', '49000000000026'], 'nothing'],
  ['created_at', 'timestamptz', ['2026-01-01'], 'nothing'],
  ['status', 'text', ['open', 'closed'], 'nothing'],
  ['id', 'int8', ['1'], 'nothing'],
  ['version', 'text', ['1.2.3'], 'nothing'],
  ['sku', 'text', ['A-100'], 'nothing'],
  ['started', 'text', ['2026-11-20 10:00'], 'nothing'],
  ['email_sent', 'bool', ['t'], 'nothing'],
] as const)('%s %s %j: %s', (name, type, samples, expected) => expect(found(name, type, ...samples)).toBe(expected));

test('why is said for people', () =>
  expect(detect('email', 'text', ['a@sea.example', 'none'])?.because).toBe('its name "email" and 50 % of 2 values'));

test('leaves of JSON by their paths, each detected by its last key', () => {
  const samples = [
    '{"user":{"mail":"anna@sea.example","n":1},"phones":["+49 170 1234567"]}',
    '{"a.b":{"first_name":"Anna"}}',
    '{"cut":',
    null,
  ];
  const leaves = detectLeaves(samples, nowhere);
  expect(leaves.map(({ path, detected }) => `${path} ${detected.masker}`)).toEqual([
    'user.mail email',
    'phones[] digits',
    '"a.b".first_name given-name',
  ]);
  // Every path that is found can be written as a rule, and meets its leaf.
  for (const { path } of leaves) expect(covers(parseJsonPath(path)!, parseJsonPath(path)!)).toBe(true);
});

test.each([
  ['a', 1],
  ['a.b[].c', 4],
  ['[].a', 2],
  ['*.b', 2],
  ['"a.b"[][]."c\\"d"', 4],
  ['', null],
  ['a..b', null],
  ['.a', null],
  ['a.', null],
  ['a[0]', null],
  ['"a', null],
])('the path %s', (path, steps) => expect(parseJsonPath(path)?.length ?? null).toBe(steps));

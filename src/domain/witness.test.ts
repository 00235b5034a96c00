import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonical } from './json.ts';
import { chain, type ChainedRecord, type RecordBody } from './record.ts';
import { weigh } from './verdict.ts';
import { acceptedByLog, whyNotBorneOut } from './witness.ts';

const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
const policy = { required: [], evidenceMaxAgeMs: 1, conditions: { owner: 'ada', dueWithinMs: 1 } };
const verdict = weigh({ policy, results: [], releaseRevision: 'r', environment: 'staging', at: 5 });

const said = (kind: string, data: RecordBody['data'] = {}): RecordBody => ({ kind, actor: 'greenroom', data });
const deployment: readonly RecordBody[] = [
  said('deployment-began'),
  said('step-ended', { step: 'prepare', facts: {} }),
  said('step-ended', { step: 'decide', facts: { decision: verdict.decision, verdict: hash(canonical(verdict)) } }),
  said('condition-accepted', { condition: 'docs' }),
  said('deployment-ended', { as: 'live' }),
];
const before = 3;
const bodies = [...Array.from({ length: before }, () => said('earlier')), ...deployment, said('later'), said('later')];
const log: readonly ChainedRecord[] = bodies.reduce<ChainedRecord[]>(
  (list, body) => [...list, chain(body, list.at(-1) ?? null, list.length, hash)],
  [],
);
const ownIn = (whole: readonly ChainedRecord[]) => whole.slice(before, before + deployment.length);
const ask = (whole: readonly ChainedRecord[], claimed = { verdict, endedAs: 'live' }) =>
  whyNotBorneOut({ log: whole, own: ownIn(whole), ...claimed }, hash);

test('what the log tells is borne out', () => {
  expect(ask(log)).toBeNull();
  expect(acceptedByLog(ownIn(log))).toEqual(['docs']);
});

test('another verdict or another end is not', () => {
  expect(ask(log, { verdict: { ...verdict, decision: 'go' }, endedAs: 'live' })).toMatch('its verdict');
  expect(ask(log, { verdict: { ...verdict, decidedAt: 6 }, endedAs: 'live' })).toMatch('its verdict');
  expect(ask(log, { verdict, endedAs: 'rolled-back' })).toMatch('its end');
  expect(whyNotBorneOut({ log, own: [], verdict, endedAs: 'live' }, hash)).toMatch('says nothing');
});

test('a record that was changed since it began is found, wherever it is; one from before it is not its matter', () => {
  fc.assert(
    fc.property(fc.nat(log.length - 1), fc.constantFrom('at', 'actor', 'data', 'kind'), (index, member) => {
      const other = { at: 99, actor: 'eve', data: { as: 'live', bent: true }, kind: 'bent' }[member];
      const bent = log.map((record, place) => (place === index ? { ...record, [member]: other } : record));
      if (index < before) expect(ask(bent)).toBeNull();
      else expect(ask(bent)).not.toBeNull();
    }),
  );
});

test('a record that was taken out is missed', () => {
  for (let index = before; index < log.length - 1; index += 1) {
    const cut = log.filter((_, place) => place !== index);
    const own = ownIn(log).filter((record) => record !== log[index]);
    expect(whyNotBorneOut({ log: cut, own, verdict, endedAs: 'live' }, hash)).not.toBeNull();
  }
});

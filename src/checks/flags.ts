import { worst } from '../domain/outcome.ts';
import type { Check, Gathered, Judgement } from '../kinds/check.ts';
import { counted } from '../kinds/wording.ts';
import { findingsOf, type FlagsData } from './flags/findings.ts';
import { askAll, askFlag, openFlagService, type Door, type FlagSeen, type Silent } from './flags/ofrep.ts';
import { flagsSchema, type FlagsConfig } from './flags/schema.ts';

export const flags: Check<FlagsConfig, FlagsData> = {
  kind: 'flags',
  summary:
    'Asks the flag service which values the flags have here, and compares them with those of another environment.',
  schema: flagsSchema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<FlagsData>> {
    const door = openFlagService(config, config, context);
    if (door.status === 'silent') return unmeasured(door);
    const seen: FlagSeen[] = [];
    for (const name of [...Object.keys(config.expect), ...config.absent]) {
      const answer = await askFlag(door, name, signal);
      if (answer.status === 'silent') return unmeasured(answer);
      seen.push(answer);
    }
    const data = { service: door.address, flags: seen, mirror: null };
    const twin = config['same-as'];
    if (!twin) return { status: 'measured', data };
    const other = openFlagService(twin, config, context);
    if (other.status === 'silent') return unmeasured(other);
    if (isSameDoor(door, other)) return unmeasured(itself(context.environment, door));
    const both = await compareAll(door, other, signal);
    if ('status' in both) return unmeasured(both);
    return { status: 'measured', data: { ...data, mirror: { service: other.address, ...both } } };
  },

  judge(config, data): Judgement {
    const findings = findingsOf(config, data);
    const outcome = worst(findings.map((finding) => finding.outcome));
    if (outcome === 'pass')
      return {
        outcome,
        reason: `${counted(findings.length, 'question')} to ${data.service} answered as expected.`,
        findings,
      };
    const wrong = findings.filter((finding) => finding.outcome !== 'pass');
    const few = wrong.slice(0, 10).map(({ name, value, threshold }) => `${name} is ${value}, expected ${threshold}`);
    return {
      ...{ outcome, findings },
      reason: `${data.service}: ${few.join('; ')}${wrong.length > few.length ? '; …' : ''}.`,
      cause: 'Flags of this environment are not set as the release was tested with, or as the policy of flags asks.',
      next: 'Set them in the flag service, or change what greenroom.yaml expects here.',
    };
  },
};

const isSameDoor = (one: Door, other: Door): boolean =>
  one.address === other.address && one.credentials === other.credentials;

/** Whatever is compared with itself is the same. */
const itself = (environment: string, { address }: Door): Silent => ({
  status: 'silent',
  reason: `"same-as" of ${environment} leads to ${address}, the very service that is compared with it.`,
  cause: 'Both addresses and both keys are the same, so that nothing was compared.',
  next: 'Give "same-as" the address of the other environment, or the key of the other project.',
});

const unmeasured = ({ reason, cause, next }: Silent): Gathered<FlagsData> => ({
  ...{ status: 'not-measured', reason, cause, next },
});

async function compareAll(
  door: Door,
  other: Door,
  signal: AbortSignal,
): Promise<Silent | Pick<NonNullable<FlagsData['mirror']>, 'here' | 'there'>> {
  const here = await askAll(door, signal);
  if ('status' in here) return here;
  const there = await askAll(other, signal);
  return 'status' in there ? there : { here, there };
}

import { canonical, type Json } from '../../domain/json.ts';
import type { Finding } from '../../kinds/check.ts';
import { excerpt } from '../../kinds/wording.ts';
import type { FlagSeen } from './ofrep.ts';
import type { FlagsConfig } from './schema.ts';

export interface FlagsData {
  readonly service: string;
  /** Those that were asked for by name. */
  readonly flags: readonly FlagSeen[];
  /** All flags of this service and of the other one. */
  readonly mirror: {
    readonly service: string;
    readonly here: readonly FlagSeen[];
    readonly there: readonly FlagSeen[];
  } | null;
}

/** An unknown value is an error beside whatever else is good: it might be anything. */
export const findingsOf = (config: FlagsConfig, data: FlagsData): readonly Finding[] => [
  ...Object.entries(config.expect).map(([name, value]) => expected(name, value, data)),
  ...config.absent.map((name) => absent(name, data)),
  ...(config['same-as'] ? mirrored(config['same-as'].except, data) : []),
];

function expected(name: string, value: Json, data: FlagsData): Finding {
  const seen = flagIn(data.flags, name);
  const isGood = seen.status === 'value' && canonical(seen.value) === canonical(value);
  return { name, outcome: isGood ? 'pass' : badOf(seen), value: told(seen), threshold: shown(value) };
}

function absent(name: string, data: FlagsData): Finding {
  const seen = flagIn(data.flags, name);
  return { name, outcome: seen.status === 'absent' ? 'pass' : badOf(seen), value: told(seen), threshold: 'not there' };
}

function mirrored(except: readonly string[], { mirror }: FlagsData): readonly Finding[] {
  const { here = [], there = [] } = mirror ?? {};
  const names = [...new Set([...here, ...there].map(({ name }) => name))].toSorted();
  const compared = names.filter((name) => !except.includes(name));
  const findings = compared.map((name): Finding => {
    const [ours, theirs] = [flagIn(here, name), flagIn(there, name)];
    const isKnown = ours.status !== 'unknown' && theirs.status !== 'unknown';
    const outcome = !isKnown ? 'error' : isSame(ours, theirs) ? 'pass' : 'fail';
    return { name, outcome, value: told(ours), threshold: `as there: ${told(theirs)}` };
  });
  const count: Finding = {
    ...{ name: 'flags compared', value: String(compared.length), threshold: 'at least 1' },
    outcome: compared.length > 0 ? 'pass' : 'error',
  };
  return [count, ...findings.filter(({ outcome }) => outcome !== 'pass')];
}

/** By the whole value: what is told of a long one is cut. */
const isSame = (one: FlagSeen, other: FlagSeen): boolean =>
  one.status === 'value' && other.status === 'value'
    ? canonical(one.value) === canonical(other.value)
    : one.status === other.status;

const flagIn = (flags: readonly FlagSeen[], name: string): FlagSeen =>
  flags.find((each) => each.name === name) ?? { name, status: 'absent' };

const badOf = (seen: FlagSeen): 'fail' | 'error' => (seen.status === 'unknown' ? 'error' : 'fail');

function told(seen: FlagSeen): string {
  if (seen.status === 'absent') return 'not there';
  return seen.status === 'unknown' ? `unknown (${seen.reason})` : shown(seen.value);
}

const shown = (value: Json): string => excerpt(canonical(value));

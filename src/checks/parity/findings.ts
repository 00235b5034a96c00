import type { Finding } from '../../kinds/check.ts';
import { counted } from '../../kinds/wording.ts';
import type { Compared } from './compare.ts';

export type ParityData = Compared & { readonly here: string; readonly there: string };

/** What must hold between two environments. */
export interface ParityRules {
  readonly secrets: 'apart' | 'ignore';
  readonly shared: readonly string[];
  readonly same: readonly string[];
  readonly different: readonly string[];
  readonly 'one-sided': 'ignore' | 'warn' | 'fail';
  readonly expected: readonly string[];
}

/** One for each rule that was asked for, and one for each thing that breaks it. */
export const findingsOf = (rules: ParityRules, data: ParityData): readonly Finding[] => [
  ...unread(data),
  ...(rules.secrets === 'apart' ? secretsApart(rules, data) : []),
  ...valuesOf('same', rules.same, data),
  ...valuesOf('different', rules.different, data),
  ...oneSided(rules, data),
];

/** Whatever could not be read might be the same as anything. */
const unread = ({ here, there, missing }: ParityData): readonly Finding[] =>
  (
    [
      [here, missing.here],
      [there, missing.there],
    ] as const
  ).flatMap(([environment, sentences]) =>
    sentences.map((sentence) => ({
      ...{ name: `unread in ${environment}`, outcome: 'error', value: sentence.replace(/\.$/, '') },
      threshold: 'readable here',
    })),
  );

function secretsApart({ shared }: ParityRules, data: ParityData): readonly Finding[] {
  const { here, there, secretCount, sameSecrets } = data;
  const empty = ([here, there] as const).filter(
    (environment) => (environment === here ? secretCount.here : secretCount.there) === 0,
  );
  if (empty.length > 0)
    return [
      {
        ...{ name: 'secrets', outcome: 'error', threshold: 'secrets on both sides' },
        value: `${empty.join(' and ')} ${empty.length === 1 ? 'sets' : 'set'} none that can be seen, so nothing was compared`,
      },
    ];
  const isAllowed = (pair: (typeof sameSecrets)[number]): boolean =>
    shared.includes(pair.here) && shared.includes(pair.there);
  const wrong = sameSecrets.filter((pair) => !isAllowed(pair));
  const allowed = sameSecrets.length - wrong.length;
  return [
    {
      ...{ name: 'secrets apart', outcome: wrong.length === 0 ? 'pass' : 'fail', threshold: '0 in common' },
      value: `${wrong.length} in common of ${secretCount.here} and ${secretCount.there}${allowed > 0 ? `, ${counted(allowed, 'pair')} declared as shared` : ''}`,
    },
    ...wrong.map((pair) => ({
      ...{ name: pair.here, outcome: 'fail' as const, threshold: 'a secret of its own' },
      value: `the same secret as ${pair.there} of ${there}`,
    })),
  ];
}

function valuesOf(rule: 'same' | 'different', names: readonly string[], data: ParityData): readonly Finding[] {
  const right = rule === 'same' ? data.equal : data.unequal;
  return names.map((name) => {
    const value = data.equal.includes(name)
      ? 'the same in both'
      : data.unequal.includes(name)
        ? 'different'
        : `not set in ${whereMissing(name, data)}`;
    const threshold = rule === 'same' ? 'the same in both' : 'different';
    return { name, outcome: right.includes(name) ? 'pass' : 'fail', value, threshold };
  });
}

function whereMissing(name: string, { here, there, onlyHere, onlyThere }: ParityData): string {
  if (onlyHere.includes(name)) return there;
  return onlyThere.includes(name) ? here : `${here} and ${there}`;
}

function oneSided(rules: ParityRules, data: ParityData): readonly Finding[] {
  const outcome = rules['one-sided'];
  if (outcome === 'ignore') return [];
  const sides = [
    [data.here, data.onlyHere],
    [data.there, data.onlyThere],
  ] as const;
  const wrong = sides.flatMap(([environment, names]) =>
    names
      .filter((name) => !rules.expected.includes(name))
      .map((name): Finding => ({ name, outcome, value: `set in ${environment} only`, threshold: 'in both' })),
  );
  const value = `${wrong.length} undeclared`;
  return [{ name: 'one-sided', outcome: wrong.length === 0 ? 'pass' : outcome, value, threshold: '0' }, ...wrong];
}

// Proposals as lines of `refresh.yaml`: a rule where it is sure, a comment where people must say it first.
import type { Proposal } from '../domain/refresh/propose.ts';
import type { Rule } from '../domain/refresh/rules.ts';

/** Before what is not decided; whoever agrees takes these signs away. */
const openMark = '#? ';

/** What every YAML reads as the text itself stands bare, everything else in quotes of JSON: `null`, `yes` or `1e3` as a name is a name. */
const word = (text: string): string =>
  /^[A-Za-z_][\w.-]*$/.test(text) && !/^(?:null|true|false|yes|no|on|off|y|n)$/i.test(text)
    ? text
    : JSON.stringify(text);

/** One line, whatever a name holds. */
const comment = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ');

/** As the file has it, on one line. */
export function writtenRule(rule: Rule): string {
  switch (rule.kind) {
    case 'keep':
      return rule.because === null ? 'keep' : `{ keep: true, because: ${JSON.stringify(rule.because)} }`;
    case 'null':
      return 'nothing';
    case 'constant':
      return `{ constant: ${JSON.stringify(rule.value)} }`;
    case 'mask': {
      const more = [
        ...(rule.by === null ? [] : [`by: ${word(rule.by)}`]),
        ...(rule.masker === 'date-shift' && rule.days !== 60 ? [`days: ${rule.days}`] : []),
        ...(rule.masker === 'band' && rule.percent !== 10 ? [`percent: ${rule.percent}`] : []),
      ];
      return more.length === 0 ? rule.masker : `{ mask: ${rule.masker}, ${more.join(', ')} }`;
    }
    case 'json': {
      const paths = rule.paths.map(({ path, masker }) => `${JSON.stringify(path)}: ${masker}`);
      return `{ json: ${paths.length === 0 ? '{}' : `{ ${paths.join(', ')} }`}, rest: ${rule.rest} }`;
    }
    default:
      return rule satisfies never;
  }
}

/** A rule, or a comment that holds one. */
export function lineOf({ column, type, rule, confidence, because }: Proposal): string {
  const isKept = rule?.kind === 'keep' && rule.because === because;
  const why = isKept ? '' : ` # ${confidence === 'sure' ? '' : `${confidence}: `}${comment(because)}`;
  if (confidence === 'sure' && rule !== null) return `${word(column)}: ${writtenRule(rule)}${why}`;
  const asked =
    rule === null
      ? `${word(column)}: # say what becomes of ${comment(type)};`
      : `${word(column)}: ${writtenRule(rule)} #`;
  return `${openMark}${asked} ${confidence}: ${comment(because)}`;
}

export const isDecided = ({ rule, confidence }: Proposal): boolean => confidence === 'sure' && rule !== null;
const isOfType = ({ rule, confidence }: Proposal): boolean =>
  confidence === 'sure' && rule?.kind === 'keep' && rule.because === null;

/** A first file. `source`: as it was given, with its references; null where the database is Greenroom's own. */
export function firstRefreshFile(proposals: readonly Proposal[], source: string | null): string {
  const types = [...new Set(proposals.filter(isOfType).map(({ type }) => type))].toSorted();
  const others = Map.groupBy(
    proposals.filter((proposal) => !isOfType(proposal)),
    ({ table }) => table,
  );
  const hasRules = [...others.values()].flat().some(isDecided);
  const columns = [...others].flatMap(([table, all]) => [
    '',
    `  # ${comment(table)}`,
    ...all.map((each) => `  ${lineOf(each)}`),
  ]);
  return [
    '# What of the source may stand in the copy, and as what. Proposed by "greenroom refresh plan": read it before the first refresh.',
    `# A line with ${openMark.trim()} is not decided, and the refresh stops until it is: take the sign away if the rule is right, or write another one.`,
    '',
    ...(source === null ? [] : ['source:', `  url: ${JSON.stringify(source)}`, '']),
    hasRules ? 'columns:' : 'columns: {}',
    ...columns.slice(columns[0] === '' ? 1 : 0),
    '',
    ...(types.length === 0
      ? []
      : [
          '# Numbers, times and switches that nothing speaks for; a column that is new stops the refresh all the same, until somebody has looked at it.',
          'types:',
          ...types.map((type) => `  ${word(type)}: keep`),
          '',
        ]),
  ].join('\n');
}

import { expect, it } from 'vitest';
import { placePhases } from './phase-order.ts';
import { parseYaml } from './yaml-tree.ts';

function placed(phases: string, databases = '') {
  const tree = parseYaml(`project: a\n${databases}phases: ${phases}\n`, 'f.yaml');
  if (!tree.ok) throw new Error(JSON.stringify(tree.failures));
  const result = placePhases(tree.value);
  return {
    names: result.phases.map((phase) => phase.name),
    work: result.phases.flatMap((phase) => phase.work.map((work) => `${phase.name}:${work}`)),
    codes: result.failures.map((failure) => failure.code),
  };
}
const seven = ['preflight', 'infrastructure', 'deployment', 'health', 'integration', 'performance', 'decision'];
const usual = ['infrastructure:databases', 'deployment:services', 'decision:decision'];
const withDatabase = 'databases: { main: { embedded: true } }\n';

it('has the seven of MediaNest when none is named, or some in their order', () => {
  expect(placed('{}')).toEqual({ names: seven, work: usual, codes: [] });
  expect(placed('{ health: {}, performance: {} }')).toEqual({ names: seven, work: usual, codes: [] });
});

it('keeps the order of the file and puts the others after what precedes them', () => {
  expect(placed('{ integration: {}, deployment: {} }').names).toEqual([
    'preflight',
    'infrastructure',
    'integration',
    'deployment',
    'health',
    'performance',
    'decision',
  ]);
  expect(placed('{ suites: {}, deployment: {}, burn-in: {} }')).toMatchObject({ codes: [] });
  expect(placed('{ suites: {}, deployment: {}, burn-in: {} }').names.at(-1)).toBe('decision');
});

it('leaves out what is off', () => {
  expect(placed('{ performance: off, integration: false }').names).toEqual([
    'preflight',
    'infrastructure',
    'deployment',
    'health',
    'decision',
  ]);
  expect(placed('{ infrastructure: off }')).toMatchObject({ codes: [] });
});

it('moves work to where the file places it', () => {
  expect(placed('{ setup: { work: [databases, services] }, check: {}, verdict: { work: decision } }').work).toEqual([
    'setup:databases',
    'setup:services',
    'verdict:decision',
  ]);
});

it.each([
  ['services before databases', '{ deployment: {}, infrastructure: {} }', ['GR1401']],
  ['decision in the middle', '{ decision: {}, later: {} }', ['GR1401']],
  ['nobody starts services', '{ deployment: off }', ['GR1402']],
  ['nobody prepares databases', '{ infrastructure: off }', ['GR1402']],
  ['twice', '{ a: { work: [services] }, deployment: { work: [services] } }', ['GR1402']],
  ['off and unknown', '{ helth: off }', ['GR1401']],
])('refuses: %s', (_, phases, codes) => {
  expect(placed(phases, withDatabase).codes).toEqual(expect.arrayContaining(codes));
});

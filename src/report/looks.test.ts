import { expect, test } from 'vitest';
import type { Account, EvidenceBody } from '../domain/account.ts';
import { reportHtml } from './html-report.ts';
import { newestLook } from './looks.ts';
import { reportMarkdown } from './markdown.ts';
import { good } from './testing/accounts.ts';

function looked(count: number): Account {
  const account = good();
  const numbers = Array.from({ length: count }, (_, index) => index + 1);
  const bodies = numbers.map((look): [string, EvidenceBody] => [
    `${look}`.padStart(64, 'e'),
    {
      ...{ check: `bake-12/look-${look}`, kind: 'bake', config: {}, data: {}, artifacts: [] },
      plots: [
        {
          ...{ title: 'Looks: api against before', kind: 'line', xLabel: '% of the bake', yLabel: 'standard errors' },
          series: [
            {
              name: 'seen',
              points: [
                [10, 0.3],
                [20 * look, 0.9],
              ],
            },
            {
              name: 'boundary',
              points: [
                [10, 6.1],
                [20 * look, 3.2],
              ],
            },
          ],
        },
      ],
    },
  ]);
  const results = bodies.map(([evidence, { check }], index) => ({
    ...{ name: check, phase: 'bake', outcome: 'pass' as const, reason: `look ${index + 1} of <b>all</b>`, evidence },
    findings: [
      {
        name: 'api against before',
        outcome: 'pass' as const,
        value: `1.0${index}x (60 answers)`,
        threshold: 'at most 1.1x',
      },
    ],
    ...{ cause: null, next: null, attempts: ['pass' as const], beganAt: 100 * index, endedAt: 100 * index + 99 },
    ...{ releaseRevision: account.plan.release.revision, environment: account.plan.environment },
  }));
  return {
    ...account,
    results: [...account.results, ...results],
    evidence: { ...account.evidence, ...Object.fromEntries(bodies) },
  };
}

test('the newest look is shown with its plots; it holds what those before it saw', () => {
  expect(newestLook(looked(3))?.reason).toBe('look 3 of <b>all</b>');
  const page = reportHtml(looked(3));
  expect(page).toContain('<h2 id="looks">Looks of the bake</h2>');
  expect(page).toContain('1.02x (60 answers)');
  expect(page).not.toContain('1.01x (60 answers)');
  expect(page).toContain('Looks: api against before');
  expect(page).not.toContain('<b>all</b>');
  expect(page.match(/<svg class="plot"/g)).toHaveLength(reportHtml(good()).match(/<svg class="plot"/g)!.length + 1);
});

test('Markdown has a table of them; a deployment without looks says nothing of any', () => {
  const text = reportMarkdown(looked(2));
  expect(text).toContain('### Looks of the bake');
  expect(text).toContain('1.01x (60 answers) | at most 1.1x |');
  expect(newestLook(good())).toBeNull();
  expect(reportHtml(good()) + reportMarkdown(good())).not.toContain('Looks of the bake');
});

import * as fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { Account } from '../domain/account.ts';
import { reportHtml } from './html-report.ts';
import { reportJson } from './json.ts';
import { reportMarkdown } from './markdown.ts';
import { columns } from './paint.ts';
import { accounts, conditional, good, held, hostile, noGo, rolledBack } from './testing/accounts.ts';
import { sampleProject } from './testing/project.ts';
import { play } from './testing/script.ts';
import { reportText } from './text.ts';
import { why } from './why.ts';
import { whyText } from './why-text.ts';

const plainLook = { colour: false, width: 100 };

const forms: Readonly<Record<string, (account: Account) => string>> = {
  html: reportHtml,
  json: reportJson,
  markdown: reportMarkdown,
  text: (account) => reportText(account, { colour: true, width: 80 }),
  why: (account) => whyText(why(account), plainLook),
};

function frozen<T>(value: T): T {
  if (value !== null && typeof value === 'object') for (const each of Object.values(Object.freeze(value))) frozen(each);
  return value;
}

afterEach(() => {
  vi.useRealTimers();
});

describe('every form', () => {
  test.each(Object.keys(forms))('%s: the same account gives the same bytes at any time, and is not touched', (form) => {
    for (const make of Object.values(accounts)) {
      vi.useFakeTimers({ now: Date.UTC(2026, 0, 1) });
      const first = forms[form]!(frozen(make()));
      vi.useFakeTimers({ now: Date.UTC(2031, 6, 1) });
      expect(forms[form]!(structuredClone(make()))).toBe(first);
      expect(first).not.toMatch(/undefined|NaN|\[object/);
    }
  });

  test('300 checks with 20,000 points each stay quick and readable', () => {
    const phases = sampleProject.phases.map((phase) =>
      phase.name === 'health'
        ? {
            ...phase,
            checks: Array.from({ length: 300 }, (_, index) => ({ ...phase.checks[0]!, name: `check-${index}` })),
          }
        : phase,
    );
    const points = Array.from(
      { length: 20_000 },
      (_, index) => [index, Math.abs(Math.sin(index)) + (index === 7_777 ? 50 : 0)] as const,
    );
    const plots = [
      { title: 'many', kind: 'line' as const, xLabel: 's', yLabel: 'ms', series: [{ name: 'new', points }] },
    ];
    const account = play({
      project: { ...sampleProject, phases },
      checks: { 'check-7': { body: { plots } }, 'check-9': { outcome: 'fail' } },
    });
    const page = reportHtml(account);
    expect(page.length).toBeLessThan(400_000);
    expect(page).toContain('… 276 more that passed');
    expect(page).toMatch(/<title>check-9: /);
    expect(reportText(account, plainLook).split('\n').length).toBeLessThan(40);
  });
});

describe('JSON', () => {
  test('has the documented members', () => {
    const account = conditional();
    const report = JSON.parse(reportJson(account)) as Record<string, unknown> & {
      checks: object[];
      conditions: object[];
    };
    expect(Object.keys(report)).toEqual([
      'schema',
      'verdict',
      'contradiction',
      'couldNotJudge',
      'score',
      'ending',
      'status',
      'summary',
      'reasons',
      'deployment',
      'project',
      'environment',
      'colour',
      'release',
      'replaces',
      'checks',
      'leftOut',
      'conditions',
      'phases',
      'steps',
      'verification',
      'plan',
      'record',
    ]);
    expect(report).toMatchObject({ schema: 'greenroom.report/1', verdict: 'conditional-go', ending: { as: 'live' } });
    expect(Object.keys(report.checks[0]!)).toEqual([
      'name',
      'phase',
      'kind',
      'outcome',
      'blocking',
      'flaky',
      'reason',
      'findings',
      'cause',
      'next',
      'where',
      'evidence',
      'attempts',
      'beganAt',
      'endedAt',
    ]);
    expect(report.conditions[0]).toMatchObject({
      id: 'metrics-present',
      dueAt: new Date(account.verdict!.conditions[0]!.dueAt).toISOString(),
      accepted: {
        by: 'Grace Hopper <grace@example.org>',
        at: new Date(account.acceptedConditions[0]!.at).toISOString(),
        reason: 'counted elsewhere until then',
      },
    });
  });
});

describe('Markdown', () => {
  test('a condition says who accepted it and why, where a reason was given', () => {
    const accepted = (account: Account) =>
      reportMarkdown(account)
        .match(/by Grace Hopper[^|]*/)?.[0]
        .trim();
    const account = conditional();
    const [given] = account.acceptedConditions;
    expect(accepted(account)).toMatch(/2026-11-20 10:41:13 UTC: counted elsewhere until then$/);
    expect(accepted({ ...account, acceptedConditions: [{ ...given!, reason: null }] })).toMatch(/10:41:13 UTC$/);
  });

  test('verdict first, then reasons, then what to do', () => {
    expect(reportMarkdown(noGo()).split('\n').slice(0, 13)).toMatchInlineSnapshot(`
      [
        "## ❌ NO-GO · stopped before traffic: medianest 2.4.1 → staging",
        "",
        "❌ Release 2.4.1 was stopped before any traffic reached it. 13 of 16 checks passed, 1 failed, 2 gave no answer. rel\\_5be01c77a2d4 serves staging as before.",
        "",
        "- \`api\`: 1 of 42 tests failed: keeps the order of a shelf",
        "- \`not measured\`: the deployment stopped before library-load, log-is-clean",
        "",
        "### What needs attention",
        "",
        "- ❌ \`api\` failed: 1 of 42 tests failed: keeps the order of a shelf",
        "  - likely cause: The test passes on a developer machine only: it relies on the order in which rows come back.",
        "  - next step: Run "npm run test:integration -- shelf" against staging, add an ORDER BY, and deploy a new release.",
        "  - asked for in \`greenroom.yaml:97:7\`",
      ]
    `);
  });

  test('F127 no text adds a line, a column or HTML', () => {
    const shape = (text: string): readonly number[] =>
      reportMarkdown(hostile(text))
        .split('\n')
        .map((line) => (line.startsWith('|') ? line.replace(/\\\\/g, '').replace(/\\\|/g, '').split('|').length : 0));
    const plain = shape('x plain');
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.constantFrom('|', '<b>', '\n# x', '`', '![](x)', '\\', '\\|'),
        (text, nasty) => {
          expect(shape(`x${text}${nasty}`)).toEqual(plain);
          const outside = reportMarkdown(hostile(`x${text}${nasty}`)).replace(/`[^`\n]*`/g, '');
          expect(outside.replace(/<!-- -->|<br>|<\/?code>/g, '')).not.toMatch(/<[a-z/!]/i);
        },
      ),
      { numRuns: 30 },
    );
  });
});

describe('terminal', () => {
  test('a good run takes at most 25 lines', () => {
    const text = reportText(good(), { colour: false, width: 80 });
    expect(text.trimEnd().split('\n').length).toBeLessThanOrEqual(25);
    expect(text).toContain('GO · live');
  });

  test('a failing line says cause, what to do and where', () => {
    const text = reportText(noGo(), plainLook);
    expect(text).toMatch(
      /✕ api {2}1 of 42 tests failed.*\n {4}cause {2}The test passes.*\n(?:.*\n)? {4}do {5}Run "npm run/,
    );
    expect(text).toContain('    where  greenroom.yaml:97:7');
    expect(text).toContain('greenroom why staging/12 api\n');
    expect(text).toContain('greenroom report staging/12 --format html');
  });

  test('of a release that was taken back the end comes first, in every form', () => {
    const cancelled = (): Account => ({ ...good(), ending: { as: 'cancelled', reason: 'changed our minds (ada)' } });
    const early = (): Account => ({ ...cancelled(), verdict: null });
    for (const [make, head] of [
      [rolledBack, 'ROLLED BACK after CONDITIONAL GO'],
      [cancelled, 'CANCELLED after GO'],
      [early, 'CANCELLED before a verdict'],
    ] as const) {
      expect(reportText(make(), plainLook)).toContain(`│ ${head} `);
      expect(reportMarkdown(make())).toContain(` ${head}: `);
      expect(reportHtml(make())).toContain(`<title>${head}: `);
    }
  });

  test('what was taken back owes nothing, and says so instead of asking for an acceptance', () => {
    const cancelled = (): Account => ({ ...held(), ending: { as: 'cancelled', reason: 'not today' } });
    for (const [account, words] of [
      [held(), 'not yet'],
      [cancelled(), 'not owed: cancelled'],
    ] as const) {
      expect(reportText(account, plainLook).includes('owed:')).toBe(words === 'not yet');
      expect(reportMarkdown(account)).toContain(`| ${words} |`);
      expect(reportHtml(account).replaceAll(/\s+/g, ' ')).toContain(`<td data-name="Accepted"> ${words} </td>`);
    }
  });

  test('what a rollback has asked after the switch does not count as not run', () => {
    const account = good();
    const phases = account.plan.phases.map((phase) => ({ ...phase, left: [] as { name: string; reason: string }[] }));
    phases[0]!.left.push({ name: 'home', reason: 'asked after the switch' });
    const before = { ...account, plan: { ...account.plan, phases } };
    const after = { ...before, results: [...account.results, { ...account.results[0]!, name: 'verify/home' }] };
    for (const form of [(each: Account) => reportText(each, plainLook), reportMarkdown, reportHtml]) {
      expect(form(before)).toMatch(/not run here|Not run here|asked after the switch/);
      expect(form(after)).not.toMatch(/not run here|Not run here|asked after the switch/);
    }
  });

  test('a held deployment says what is owed and how to accept it', () => {
    expect(reportText(held(), plainLook).replace(/\s+/g, ' ')).toContain('greenroom accept metrics-present');
    expect(reportText(rolledBack(), plainLook)).toContain('✕ bake  11 of 58 answers were errors');
  });

  test('F126 nothing but our own colours steers the terminal, and no line is wider than it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 80 }), fc.integer({ min: 40, max: 120 }), (text, width) => {
        const painted = reportText(hostile(`x\u001b]0;t\u0007${text}`), { colour: true, width });
        const plain = reportText(hostile(`x\u001b]0;t\u0007${text}`), { colour: false, width });
        // oxlint-disable-next-line no-control-regex
        expect(painted.replace(/\u001b\[\d+m/g, '')).toBe(plain);
        expect(plain.replace(/\n/g, '')).not.toMatch(/\p{Cc}/u);
        const walk = whyText(why(hostile(`x${text}`)), { colour: false, width });
        const widest = Math.max(...`${plain}${walk}`.split('\n').map(columns));
        expect(widest).toBeLessThanOrEqual(Math.max(width, 40));
      }),
      { numRuns: 30 },
    );
  });
});

/** A whole check that counts files: measures, judges, is tested. Its author replaces what it asks. */
export const checkPlug = (name: string, identifier: string): string => {
  const type = identifier.charAt(0).toUpperCase() + identifier.slice(1);
  return `import { z } from 'zod';
import { boundText, holds } from '../kinds/bounds.ts';
import type { Check, Finding, Gathered, Judgement } from '../kinds/check.ts';
import { inside } from '../kinds/command-line.ts';

const schema = z.strictObject({
  files: inside().default('**/*').describe('Files of the release that are counted, as a glob.'),
  'at-least': z.int().min(0).default(1).describe('Fewest files that must be there.'),
});
export type ${type}Config = z.infer<typeof schema>;

export interface ${type}Data {
  readonly count: number;
}

export const ${identifier}: Check<${type}Config, ${type}Data> = {
  kind: '${name}',
  summary: 'Counts files of the release.',
  schema,
  runs: 'together',
  defaultIn: 'everywhere',

  async gather(config, context, signal): Promise<Gathered<${type}Data>> {
    signal.throwIfAborted();
    const found = await context.effects.files.find(context.directory, config.files);
    return { status: 'measured', data: { count: found.length } };
  },

  judge(config, data): Judgement {
    const bound = { 'at-least': config['at-least'] };
    const good = holds(data.count, bound);
    const outcome = good ? 'pass' : 'fail';
    const finding: Finding = { name: 'files', outcome, value: String(data.count), threshold: boundText(bound) };
    const reason = \`There were \${data.count} files, expected \${boundText(bound)}.\`;
    if (good) return { outcome, reason, findings: [finding] };
    return { outcome, reason, findings: [finding], next: 'Look whether the release was built whole.' };
  },
};
`;
};

export const checkTest = (name: string, identifier: string): string => `import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { CheckContext } from '../kinds/check.ts';
import { ask, checkContract } from '../kinds/testing/check-contract.ts';
import { ${identifier} } from './${name}.ts';
import { testContext } from './testing/world.ts';

function withFiles(count: number): CheckContext {
  const context = testContext();
  for (let i = 0; i < count; i += 1) writeFileSync(path.join(context.directory, \`\${i}.txt\`), '');
  return context;
}

checkContract(${identifier}, {
  testUrl: import.meta.url,
  good: () => ({ config: {}, context: withFiles(1) }),
  dead: () => ({ config: {}, context: withFiles(0) }),
});

test('${name}: the reason has value and bound', async () => {
  const judgement = await ask(${identifier}, { config: { 'at-least': 3 }, context: withFiles(2) });
  expect(judgement).toMatchObject({ outcome: 'fail', reason: 'There were 2 files, expected at least 3.' });
});
`;

export const checkPage = (name: string): string => `# ${name}

Counts files of the release.

\`\`\`yaml
built-whole: { kind: ${name}, files: "dist/**/*.js", at-least: 1 }
\`\`\`

| field | meaning | default |
|---|---|---|
| \`files\` | files of the release that are counted, as a glob | \`**/*\` |
| \`at-least\` | fewest files that must be there | 1 |

**Evidence**: the number of files. **Fails** when there are fewer.
`;

import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createEffects } from '../../effects/effects.ts';
import { goodFacts } from '../../domain/rehearsal/testing/samples.ts';
import { createRehearsals } from '../../rehearsal/door.ts';
import { temporaryFolder } from '../testing/world.ts';
import { judgeMigration, type RehearsalData } from './judge.ts';
import { askSquawk, type SquawkSaid } from './squawk.ts';

const effects = createEffects({
  ...{ secrets: [], load: { run: () => Promise.reject(new Error('no load')) } },
  rehearsals: createRehearsals(),
});
const statement = (file: string) => [{ ...goodFacts.statements![0]!, place: { file, line: 1 } }];

/** A program that answers as squawk 2 does: `script` is what it does when it is asked of files. */
async function said(
  script: string,
  { sent = '2.sql', files = ['1.sql', '2.sql'], version = 'echo "squawk 2.30.0"' } = {},
) {
  const directory = temporaryFolder();
  const program = path.join(directory, 'node_modules/.bin/squawk');
  mkdirSync(path.dirname(program), { recursive: true });
  writeFileSync(program, `#!/bin/sh\nif [ "$1" = --version ]; then ${version}; exit; fi\n${script}\n`);
  chmodSync(program, 0o755);
  const texts = files.map((file) => ({ file, text: '' }));
  return askSquawk(
    { directory, projectDirectory: directory, effects },
    texts,
    statement(sent),
    new AbortController().signal,
  );
}
const finding = (file: string) =>
  `{"file":"'"${file}"'","line":1,"column":29,"level":"Warning","message":"Missing","help":null,"rule_name":"prefer-robust-stmts","column_end":3,"line_end":1}`;

test('its findings are told with file and line, of the files that were sent', async () => {
  expect(await said(`echo '[${finding('$3')}]'; exit 1`)).toEqual({
    ...{ status: 'asked', version: 'squawk 2.30.0', total: 1 },
    findings: [{ file: '2.sql', line: 2, rule: 'prefer-robust-stmts', text: 'Missing' }],
  });
  expect(await said(`echo '[${finding('$#')}]'`, { sent: 'elsewhere' })).toMatchObject({ findings: [{ file: '4' }] });
  expect(await said('echo "[]"')).toMatchObject({ status: 'asked', total: 0, findings: [] });
});

test.each([
  ['echo nothing', {}, /no answer that can be read/],
  ['exit 3', {}, /no answer that can be read/],
  [`echo '[{"file":"x.sql","line":3,"messages":[{"Note":"n"}],"rule_name":"r"}]'`, {}, /another form than version 2/],
  ['echo "[]"', { version: 'exit 4' }, /does not say its version/],
  ['echo "[]"', { files: ['1.py'], sent: '1.py' }, /no migration is a file of SQL/],
])('what it cannot say is said: %s %o', async (script, rest, why) => {
  expect(await said(script, rest)).toMatchObject({ status: 'not-asked', why: expect.stringMatching(why) });
});

test('the program itself answers so', async () => {
  const directory = temporaryFolder();
  writeFileSync(path.join(directory, '1.sql'), 'select 1;\n\ncreate index i on users (id);\n');
  const projectDirectory = path.join(import.meta.dirname, '../../..');
  const answer = await askSquawk(
    { directory, projectDirectory, effects },
    [{ file: '1.sql', text: '' }],
    statement('1.sql'),
    new AbortController().signal,
  );
  expect(answer).toMatchObject({
    ...{ status: 'asked', version: expect.stringMatching(/^squawk 2\./) },
    findings: expect.arrayContaining([
      expect.objectContaining({ file: '1.sql', line: 3, rule: 'require-concurrent-index-creation' }),
    ]),
  });
});

test('it decides nothing, and its absence is said', () => {
  const data: RehearsalData = {
    ...{ database: 'main', copy: 'database c', copiedAtMs: 0, digest: 'd', profile: 'full', budgetMs: 1000, runs: 1 },
    ...{ swept: [], isIdle: false, facts: goodFacts },
  };
  const judged = (squawk?: SquawkSaid) => judgeMigration({ ...data, ...(squawk && { squawk }) });
  const told = { file: '2.sql', line: 2, rule: 'ban-drop-column', text: 'Dropping' };
  const warned = judged({ status: 'asked', version: 'squawk 2', total: 1, findings: [told] });
  expect(warned.outcome).toBe(judged().outcome);
  expect(warned.findings).toContainEqual({
    ...{ name: 'squawk ban-drop-column', outcome: 'skip', value: '2.sql:2: Dropping', threshold: null },
  });
  expect(judged({ status: 'not-asked', why: 'it is not there' }).findings).toContainEqual({
    ...{ name: 'squawk', outcome: 'skip', value: 'not asked: it is not there', threshold: null },
  });
  expect(judged().findings.some(({ name }) => name.startsWith('squawk'))).toBe(false);
});

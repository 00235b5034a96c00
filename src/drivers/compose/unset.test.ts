import { expect, test } from 'vitest';
import { unsetVariables } from './unset.ts';

const path = 'docker-compose.yml';
const text = `services:
  web:
    image: shop:\${TAG}
    # \${NOPE} in words
    environment: { A: "\${NOPE}", B: "$NOPE", C: "$\${NOPE}", D: "$$$NOPE", E: "\${NOPES}", F: "\${NOPE_2:-x}" }
`;
const files = [{ path, text }];
/** As the two generations say it. */
const v2 = (name: string) =>
  `time="2026-11-22T06:11:59Z" level=warning msg="The \\"${name}\\" variable is not set. Defaulting to a blank string."`;
const v1 = (name: string) => `The ${name} variable is not set. Defaulting to a blank string.`;

test.each([
  ['v2', v2],
  ['v1', v1],
])('%s: a variable that is not set is asked once, with every place that it fills', (_, say) => {
  const said = [say('NOPE'), say('TAG'), say('NOPE')].join('\n');
  expect(unsetVariables(said, files, [])).toEqual([
    {
      code: 'GR6444',
      message: expect.stringContaining('the variable NOPE is not set'),
      where: `${path}:5:24, ${path}:5:38, ${path}:5:67`,
      do: expect.stringMatching(/"\$\{NOPE-\}".*"unset-variable:NOPE" to "accept"/),
    },
    expect.objectContaining({ message: expect.stringContaining('TAG'), where: `${path}:3:17` }),
  ]);
});

test('who means it says so, of each by its name; other warnings are none', () => {
  const said = `${v2('NOPE')}\n${v2('TAG')}\nlevel=warning msg="the attribute \`version\` is obsolete"`;
  expect(unsetVariables(said, files, ['unset-variable:NOPE']).map(({ message }) => message)).toEqual([
    expect.stringContaining('TAG'),
  ]);
  expect(unsetVariables(said, files, ['unset-variable:NOPE', 'unset-variable:TAG'])).toEqual([]);
  expect(unsetVariables('', files, [])).toEqual([]);
});

test('one that stands in no file of ours, such as an env file, is asked all the same; so is one on the first line', () => {
  expect(unsetVariables(v2('ELSEWHERE'), files, [])).toMatchObject([{ where: path }]);
  expect(unsetVariables(v2('NAME'), [{ path, text: 'name: "$NAME"' }], [])).toMatchObject([{ where: `${path}:1:8` }]);
});

import { expect, test } from 'vitest';
import { weighingProperties } from '../../test/explorer/weighing-properties.ts';
import { weigh } from './verdict.ts';

test.each(weighingProperties(weigh))('$name', ({ run }) => {
  expect(run).not.toThrow();
});

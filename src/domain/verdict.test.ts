import { expect, test } from 'vitest';
import { weighingProperties } from '../../test/explorer/weighing-properties.ts';
import { heldFor, weigh } from './verdict.ts';

test.each(weighingProperties({ weigh, heldFor }))('$name', ({ run }) => {
  expect(run).not.toThrow();
});

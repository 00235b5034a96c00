import { expect, test } from 'vitest';
import { promotionProperties } from '../../test/explorer/promotion-properties.ts';
import { promotionObstacles } from './promotion.ts';

test.each(promotionProperties(promotionObstacles))('$name', ({ run }) => {
  expect(run).not.toThrow();
});

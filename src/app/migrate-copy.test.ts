import { expect, test } from 'vitest';
import { ledTo } from './migrate-copy.ts';

test('every address of the target leads to the copy, whatever the variable is called; others stay', () => {
  const target = 'postgresql://stager:word@127.0.0.1:5432/shop?sslmode=disable';
  const copy = 'postgresql://stager:word@127.0.0.1:5432/shop_greenroom_1?sslmode=disable';
  const values = {
    ...{
      DATABASE_URL: target,
      DIRECT_URL: 'postgres://other:word@localhost/shop',
      FLYWAY_URL: 'jdbc:postgresql://127.0.0.1:5432/shop',
    },
    ...{
      PGDATABASE: 'shop',
      OTHER: 'postgresql://stager@127.0.0.1:5432/shop_two',
      NAME: 'shop',
      EMPTY: '',
      SITE: 'https://shop.example/shop',
    },
  };
  expect(ledTo(copy, target, values)).toEqual({
    ...values,
    ...{ DATABASE_URL: copy, DIRECT_URL: 'postgres://other:word@localhost/shop_greenroom_1' },
    ...{ FLYWAY_URL: 'jdbc:postgresql://127.0.0.1:5432/shop_greenroom_1', PGDATABASE: 'shop_greenroom_1' },
  });
});

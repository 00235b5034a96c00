import { expect, test } from 'vitest';
import { flywayVariables } from './flyway-variables.ts';

test('an address is said as JDBC reads it, with the lock timeout in it', () => {
  expect(flywayVariables('postgresql://app:p%40ss@db.hello.example/shop?sslmode=require', 400)).toEqual({
    FLYWAY_URL: 'jdbc:postgresql://db.hello.example:5432/shop?options=-c%20lock_timeout%3D400&sslmode=require',
    ...{ FLYWAY_USER: 'app', FLYWAY_PASSWORD: 'p@ss' },
  });
  expect(flywayVariables('postgres://app@127.0.0.1:6000/shop', 1)['FLYWAY_URL']).toMatch(/127\.0\.0\.1:6000\/shop\?/);
  expect(flywayVariables('', 1)).toEqual({});
});

import { expect, test } from 'vitest';
import { deploymentProperties } from '../../test/explorer/deployment-properties.ts';
import * as rules from './deployment.ts';

test.each(deploymentProperties(rules))('$name', ({ run }) => {
  expect(run).not.toThrow();
});

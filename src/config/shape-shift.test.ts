import { expect, test } from 'vitest';
import { shift } from './shape-shift.ts';

const read = (written: unknown) => shift.safeParse(written);

test('a list of shares alone is watched for a minute each', () => {
  expect(read(['25%', '50%', '100%']).data).toEqual({ steps: [25, 50, 100], for: 60_000 });
  expect(read({ steps: ['7%', '0.29', '100%'], for: '10m' }).data).toEqual({ steps: [7, 29, 100], for: 600_000 });
});

test.each([
  [[], 'needs a share before the 100%'],
  [['100%'], 'needs a share before the 100%'],
  [['25%', '50%'], '1: must end with 100%'],
  [['50%', '25%', '100%'], '1: must rise'],
  [['25%', '25%', '100%'], '1: must rise'],
  [['0%', '100%'], 'must be whole percent'],
  [['12.5%', '100%'], 'must be whole percent'],
  [['25%', '101%'], ''],
  [['soon', '100%'], ''],
  ['25%', ''],
  [{ for: '1m' }, ''],
  [{ steps: ['25%', '100%'], for: '0s' }, 'a share that is not watched shows nothing'],
  [{ steps: ['25%', '100%'], every: '1s' }, ''],
])('refuses %j', (written, reason) => {
  expect(read(written).success).toBe(false);
  expect(JSON.stringify(read(written).error?.issues)).toContain(reason === '' ? 'code' : reason.split(': ').at(-1));
  if (/^\d: /.test(reason)) expect(JSON.stringify(read(written).error?.issues)).toContain(`"path":[${reason[0]}]`);
});

import { expect, test } from 'vitest';
import { diskFailure } from './full-disk.ts';

const systemError = (code: string, path?: string) =>
  Object.assign(new Error(`${code}: it says so, write`), { code, ...(path !== undefined && { path }) });

test.for([
  ['ENOSPC', 'The disk is full', 'Free space'],
  ['EDQUOT', 'quota', 'quota raised'],
  ['EROFS', 'can only be read', 'mounted for writing'],
])('%s says what could not be written, and how to go on', ([code, happened, remedy]) => {
  const failure = diskFailure(systemError(code!, '/home/a/postgres.json'));
  expect(failure).toMatchObject({ code: 'GR2820', where: '/home/a/postgres.json' });
  expect(failure!.message).toContain(happened);
  expect(failure!.message).toContain('/home/a/postgres.json could not be written');
  expect(failure!.do).toContain(remedy);
  expect(failure!.do).toContain('greenroom resume');
});

test('it is found behind what wraps it, also where PostgreSQL says it', () => {
  const wrapped = new Error('a step failed', { cause: new AggregateError([new Error('one'), systemError('ENOSPC')]) });
  expect(diskFailure(wrapped)?.message).toContain('ENOSPC: it says so, write');
  const said = Object.assign(new Error('could not extend file "base/1/2"'), { code: '53100' });
  expect(diskFailure(new Error('query failed', { cause: said }))?.message).toBe(
    'The disk of PostgreSQL is full: could not extend file "base/1/2". What serves goes on serving.',
  );
  expect(diskFailure(new Error('ENOSPC: no space left on device, write'))?.code).toBe('GR2820');
});

test('of a copy the place that it was to have is named', () => {
  const copying = Object.assign(systemError('ENOSPC', '/a/big.bin'), { dest: '/home/artifacts/big.bin' });
  expect(diskFailure(copying)).toMatchObject({ where: '/home/artifacts/big.bin' });
});

test('everything else stays what it is', () => {
  const circular = new Error('a');
  circular.cause = circular;
  for (const error of [systemError('EACCES', '/a'), new Error('about ENOSPC'), 'ENOSPC: text', null, circular])
    expect(diskFailure(error)).toBeNull();
});

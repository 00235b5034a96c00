import { expect, test } from 'vitest';
import { readClosed } from './frontends.ts';

const answer = (...rows: readonly string[]): string =>
  ['# pxname,svname,qcur,status,weight,', ...rows, '', ''].join('\n');

test('F082 a frontend that takes no connections is told, and one that is full is not', () => {
  expect(readClosed(answer('web,FRONTEND,,OPEN,,', 'api,FRONTEND,,FULL,,'))).toEqual([]);
  expect(readClosed(answer('web,FRONTEND,,PAUSED,,', 'api,FRONTEND,,STOP,,', 'x,FRONTEND,,OPEN,,'))).toEqual([
    { service: 'web', isForGood: false },
    { service: 'api', isForGood: true },
  ]);
});

test('F082 a word that is not known is no open door, and an answer that is cut short says nothing', () => {
  expect(readClosed(answer('web,FRONTEND,,NEWWORD,,'))).toEqual([{ service: 'web', isForGood: false }]);
  for (const cut of ['', '# pxname,svname,qcur,status,', '# pxname,svname\nweb,FRONTEND'])
    expect(readClosed(cut)).toBeNull();
});

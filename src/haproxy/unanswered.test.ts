import { once } from 'node:events';
import { createServer, Socket, type AddressInfo } from 'node:net';
import { expect, test } from 'vitest';
import { until } from '../edge/testing/rig.ts';
import { haproxyProgram, Rig } from './testing/rig.ts';
import { readUnanswered } from './unanswered.ts';

const line = (be: string, told: string): string =>
  `0x559784ef9fa0: proto=tcpv4 src=127.0.0.1:52180 fe=web be=${be} srv=app ts=00 epoch=0 age=6s calls=3 rate=0 cpu=0 lat=0 ${told} exp=4m53s rc=0 c_exp=`;

// As HAProxy 2.6.12 and 3.0.11 have told them: a question, one whose answer has begun, two uploads that are still coming, and who asks for a WebSocket.
const old = {
  session:
    'rq[f=8c48000h,i=0,an=8000h,rx=,wx=,ax=] rp[f=80400000h,i=0,an=1400000h,rx=4m57s,wx=,ax=] scf=[8,0h,fd=9] scb=[8,11h,fd=10]',

  question:
    'rq[f=48c48000h,i=0,an=8000h,rx=,wx=,ax=] rp[f=80400000h,i=0,an=1400000h,rx=4m53s,wx=,ax=] scf=[8,0h,fd=8] scb=[8,11h,fd=9]',
  answered:
    'rq[f=48c48000h,i=0,an=8000h,rx=,wx=,ax=] rp[f=80040000h,i=0,an=4000000h,rx=4m47s,wx=,ax=] scf=[8,0h,fd=11] scb=[8,11h,fd=14]',
  part: 'rq[f=c40000h,i=0,an=8000h,rx=,wx=,ax=] rp[f=80400000h,i=0,an=1400000h,rx=4m57s,wx=,ax=] scf=[8,0h,fd=8] scb=[8,1h,fd=11]',
  stalled:
    'rq[f=870080h,i=16248,an=8000h,rx=,wx=4m56s,ax=] rp[f=80400000h,i=0,an=1400000h,rx=4m56s,wx=,ax=] scf=[8,200h,fd=8] scb=[8,1h,fd=9]',
  upload:
    'rq[f=840080h,i=0,an=8000h,rx=,wx=,ax=] rp[f=80440000h,i=0,an=1400000h,rx=4m53s,wx=,ax=] scf=[8,0h,fd=12] scb=[8,1h,fd=13]',
};
const newer = {
  session:
    'rq[f=848000h,i=0,an=8000h,ax=] rp[f=80000000h,i=0,an=1400000h,ax=] scf=[8,400h,fd=10,rex=4m57s,wex=] scb=[8,1411h,fd=11,rex=4m57s,wex=]',
  question:
    'rq[f=848000h,i=0,an=8000h,ax=] rp[f=80000000h,i=0,an=1400000h,ax=] scf=[8,402h,fd=9,rex=,wex=] scb=[8,1411h,fd=16,rex=4m53s,wex=]',
  answered:
    'rq[f=848000h,i=0,an=8000h,ax=] rp[f=80040000h,i=0,an=4000000h,ax=] scf=[8,402h,fd=11,rex=,wex=] scb=[8,1011h,fd=13,rex=4m53s,wex=]',
  part: 'rq[f=840000h,i=0,an=8000h,ax=] rp[f=80000000h,i=0,an=1400000h,ax=] scf=[8,400h,fd=9,rex=4m57s,wex=] scb=[8,401h,fd=12,rex=,wex=]',
  stalled:
    'rq[f=870000h,i=0,an=8000h,ax=] rp[f=80000000h,i=0,an=1400000h,ax=] scf=[8,200h,fd=9,rex=,wex=] scb=[8,401h,fd=11,rex=,wex=4m56s]',
  upload:
    'rq[f=840000h,i=0,an=8000h,ax=] rp[f=80040000h,i=0,an=1400000h,ax=] scf=[8,0h,fd=15,rex=4m53s,wex=] scb=[8,401h,fd=17,rex=,wex=]',
};
const asker =
  '0x559784ffec20: proto=unix_stream src=unix:1 fe=GLOBAL be=<NONE> srv=<none> ts=00 epoch=0 age=0s calls=1 rate=0 cpu=0 lat=0 rq[f=c08000h,i=0,an=00h,rx=,wx=,ax=] rp[f=80008002h,i=0,an=00h,rx=,wx=,ax=] scf=[8,200h,fd=17] scb=[8,1h,fd=-1] exp= rc=0 c_exp=';

test.each([
  ['2.6', old],
  ['3.0', newer],
])('a question of HAProxy %s is told with its age, an answer that has begun and an upload are not', (_, told) => {
  const text = [
    line('web.blue1', told.question),
    line('web.blue1', told.answered),
    line('web.blue1.once', told.upload),
    line('web.blue1.once', told.part),
    line('web.green1.once', told.stalled),
    line('my-api.green2.once', told.question.replace('4m53s', '53s')),
    line('web.green2.session', told.question.replace('4m53s', '5m0s')),
    asker,
    '',
  ].join('\n');
  const waiting = readUnanswered(text);
  expect([waiting?.get('green1'), waiting?.get('blue1'), waiting?.get('green2'), waiting?.get('blue2')]).toEqual([
    [3_000],
    [6_000],
    [246_000, -1_000],
    [],
  ]);
});

test.each([
  ['2.6', old],
  ['3.0', newer],
])('who asks HAProxy %s for a WebSocket and has no answer is told with his age', (_, told) => {
  const one = line('web.blue1', told.session).replace('srv=app', 'srv=session');
  expect(readUnanswered([one, line('web.blue1.session', told.session)].join('\n'))?.get('blue1')).toEqual([
    2_000, 2_000,
  ]);
});

test.runIf(haproxyProgram())(
  'F076 nobody is under way but one who asks for a WebSocket: how long he waits is told',
  async () => {
    const rig = await Rig.make();
    const silent = createServer((socket) => socket.on('error', () => undefined).resume()).listen(0, '127.0.0.1');
    const client = new Socket();
    try {
      await once(silent, 'listening');
      const handle = rig.open();
      await handle.ensure();
      await handle.point(rig.target(1, 'blue', (silent.address() as AddressInfo).port));
      client.connect({ port: rig.port, host: '127.0.0.1' });
      client.write('GET / HTTP/1.1\r\nhost: web\r\nconnection: Upgrade\r\nupgrade: websocket\r\n');
      client.write('sec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n');
      await until(async () => (await rig.load('blue')).unanswered?.[0] === 1, 10_000);
      expect(await rig.load('blue')).toMatchObject({ httpInFlight: 0, webSockets: 1 });
    } finally {
      client.destroy();
      silent.close();
      await rig.close();
    }
  },
);

test('told in words that are not known, it is not known', () => {
  expect(readUnanswered(line('web.blue1', 'rq[flags=whole] rp[waits=6s]'))).toBeNull();
  expect(readUnanswered(line('web.blue1', old.question.replace(',rx=4m53s', '')))).toBeNull();
  expect(readUnanswered(asker)?.get('blue1')).toEqual([]);
});

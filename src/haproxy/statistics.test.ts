import { expect, test } from 'vitest';
import { allLanes } from './lanes.ts';
import { emptyState, type LaneRecord, pointed } from './proxy-state.ts';
import { loadByColour, readErrorTime, readLanes } from './statistics.ts';

const header =
  '# pxname,svname,qcur,qmax,scur,smax,slim,stot,bin,bout,dreq,dresp,ereq,econ,eresp,wretr,wredis,status,weight,act,bck,chkfail,chkdown,lastchg,downtime,qlimit,pid,iid,sid,throttle,lbtot,tracked,type,rate,rate_lim,rate_max,check_status,check_code,check_duration,hrsp_1xx,hrsp_2xx,hrsp_3xx,hrsp_4xx,hrsp_5xx,hrsp_other,hanafail,req_rate,req_rate_max,req_tot,cli_abrt,srv_abrt,comp_in,rtime_max';
const columns = header.slice(2).split(',');

const row = (backend: string, server: string, counts: Record<string, number> = {}): string =>
  [backend, server, ...columns.slice(2).map((name) => String(counts[name] ?? ''))].join(',');

/** An answer for every lane of `web`, with what is given for some of the rows. */
const answer = (rows: Record<string, Record<string, number>>): string =>
  allLanes
    .map((lane) => [
      header,
      ...['app', 'once', 'session', 'BACKEND'].map((server) => row(`web.${lane}`, server, rows[`${lane}/${server}`])),
      '',
    ])
    .flat()
    .join('\n');

const some = answer({
  'blue1/app': { scur: 2, stot: 110, hrsp_5xx: 4, srv_abrt: 1, rtime_max: 1_515 },
  'blue1/once': { scur: 1, stot: 10, hrsp_5xx: 1, srv_abrt: 0 },
  'blue1/session': { scur: 3, stot: 9, hrsp_1xx: 8, hrsp_4xx: 1 },
  // 9 bad answers, 5 of them the application's; 7 attempts were repeated, which nobody but HAProxy noticed.
  // Two left without an answer: HAProxy's own 400 beside the refusal.
  'blue1/BACKEND': { scur: 6, stot: 122, hrsp_4xx: 3, hrsp_5xx: 9, eresp: 12, econ: 3, wretr: 7 },
});

test('requests, WebSockets and bad answers are told apart', () => {
  const look = readLanes(some, ['web'], 1)!.get('blue1');
  // Ended: 116 streams less 6 of WebSockets, and the one WebSocket that was refused is a request.
  expect(look).toEqual({
    ...{ httpInFlight: 3, webSockets: 3, ended: 111, status5xx: 5, transportErrors: 5, givenUp: 2 },
    slowestAnswerMs: 1_515,
  });
});

test('an answer that lacks a row, or is cut short, is none', () => {
  expect(readLanes(some, ['web', 'api'], 1)).toBeNull();
  expect(readLanes(some.slice(0, -300), ['web'], 1)).toBeNull();
  expect(readLanes('', ['web'], 1)).toBeNull();
});

test('counters go from the pointing, and from the start of a proxy that came later', () => {
  const target = { epoch: 4, colour: 'blue', release: 'r', services: {} } as const;
  const counted = { by: '1/1', counts: { ended: 100, status5xx: 5, transportErrors: 3, givenUp: 1 } };
  const serves = { lane: 'blue1' as const, addresses: {}, counted };
  const state = pointed(emptyState, target, { pointedAt: 1_000, serves, beside: null });
  const countedOf = (record: LaneRecord) => record.counted;
  const unanswered = new Map([
    ['blue1' as const, [500, 12_000]],
    ['blue2' as const, [90_000]],
  ]);
  const looks = readLanes(some, ['web'], 1)!;
  const source = { state, looks, unanswered, upSinceAt: 5_000, countedOf, errorTimeOf: () => 1_234 };
  expect(loadByColour({ ...source, by: '1/1' })).toEqual([
    {
      ...{ colour: 'blue', httpInFlight: 3, webSockets: 3, requests: 11, status5xx: 0, transportErrors: 2, givenUp: 1 },
      ...{ countedSinceAt: 1_000, firstErrorAt: 1_234, unanswered: [2, 2, 2, 2, 1, 1, 1, 0], slowestAnswerMs: 1_515 },
    },
  ]);
  expect(loadByColour({ ...source, by: '2/9' })).toMatchObject([
    { requests: 111, status5xx: 5, transportErrors: 5, countedSinceAt: 5_000 },
  ]);
  // What an older version wrote down knows nothing of them, so that none are counted.
  const older = { by: '1/1', counts: { ended: 100, status5xx: 5, transportErrors: 3 } };
  expect(loadByColour({ ...source, by: '1/1', countedOf: () => older })).toMatchObject([{ requests: 11, givenUp: 0 }]);
  expect(loadByColour({ ...source, state: emptyState, by: '1/1' })).toEqual([]);
});

test('the time of the first error is 0 until there was one', () => {
  const text =
    'proc.first_error_web_blue1: type=sint value=<1795272448118>\n\nproc.first_error_web_green1: type=sint value=<0>\n';
  expect(readErrorTime(text, 'proc.first_error_web_blue1')).toBe(1_795_272_448_118);
  expect(readErrorTime(text, 'proc.first_error_web_green1')).toBeNull();
  expect(readErrorTime(text, 'proc.first_error_api_blue1')).toBeNull();
});

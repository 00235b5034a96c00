// Redis in forty lines: SET with expiry, GET, DEL and PING over one connection. The cache only ever saves work:
// whatever goes wrong with it counts as "not cached". Without REDIS_URL it is disabled and nothing waits for it.
import { connect } from 'node:net';

const replyTimeoutMs = 200;

export function openCache(redisUrl) {
  if (redisUrl === '')
    return {
      state: async () => 'disabled',
      get: async () => null,
      set: async () => {},
      drop: async () => {},
      close() {},
    };
  const { hostname, port, password } = new URL(redisUrl);
  let socket;
  const waiting = [];
  let received = Buffer.alloc(0);

  const fail = (reason) => {
    socket?.destroy();
    socket = undefined;
    received = Buffer.alloc(0);
    for (const { reject } of waiting.splice(0)) reject(reason);
  };
  const dial = () => {
    const mine = connect({ host: hostname, port: Number(port || 6379) });
    mine.on('data', (chunk) => {
      if (socket !== mine) return;
      received = Buffer.concat([received, chunk]);
      for (let reply = readReply(received); reply && waiting.length > 0; reply = readReply(received)) {
        received = received.subarray(reply.end);
        const { resolve, reject } = waiting.shift();
        if (reply.error) reject(new Error(reply.error));
        else resolve(reply.value);
      }
    });
    for (const event of ['error', 'close'])
      mine.on(event, () => socket === mine && fail(new Error('Redis is not reachable.')));
    return mine;
  };
  const send = (...words) =>
    new Promise((resolve, reject) => {
      if (socket === undefined) {
        socket = dial();
        if (password) send('AUTH', decodeURIComponent(password)).catch(() => {});
      }
      const timer = setTimeout(fail, replyTimeoutMs, new Error('Redis did not answer in time.'));
      const settle = (done) => (value) => (clearTimeout(timer), done(value));
      waiting.push({ resolve: settle(resolve), reject: settle(reject) });
      socket.write(`*${words.length}\r\n${words.map((word) => `$${Buffer.byteLength(word)}\r\n${word}\r\n`).join('')}`);
    });

  return {
    state: () =>
      send('PING').then(
        () => 'ok',
        () => 'down',
      ),
    get: (key) =>
      send('GET', key).then(
        (text) => (text === null ? null : JSON.parse(text)),
        () => null,
      ),
    set: (key, value, seconds) => send('SET', key, JSON.stringify(value), 'EX', String(seconds)).catch(() => {}),
    drop: (key) => send('DEL', key).catch(() => {}),
    close: () => fail(new Error('The cache is closed.')),
  };
}

/** The first whole reply in the bytes received so far, and where it ends; undefined while it is incomplete. */
export function readReply(bytes) {
  const line = bytes.indexOf('\r\n');
  if (line === -1) return undefined;
  const text = bytes.toString('utf8', 1, line);
  if (bytes[0] === 0x2d) return { error: text, end: line + 2 }; // -ERR …
  if (bytes[0] !== 0x24) return { value: text, end: line + 2 }; // +OK, :1
  const length = Number(text);
  if (length < 0) return { value: null, end: line + 2 };
  const end = line + 2 + length + 2;
  return bytes.length < end ? undefined : { value: bytes.toString('utf8', line + 2, end - 2), end };
}

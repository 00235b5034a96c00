// Messages of PostgreSQL's protocol 3, as far as somebody in the middle has to understand them.

/** A message with its header; `kind` is its letter, empty for what opens a connection. */
export interface Frame {
  readonly kind: string;
  readonly bytes: Buffer;
}

/** Whole messages off the front, and what is left. The first of a client has no letter. */
export function takeFrames(bytes: Buffer, isOpening = false): { readonly frames: readonly Frame[]; rest: Buffer } {
  const frames: Frame[] = [];
  let rest = bytes;
  for (;;) {
    const letters = isOpening && frames.length === 0 ? 0 : 1;
    if (rest.length < letters + 4) break;
    const size = letters + rest.readInt32BE(letters);
    if (rest.length < size) break;
    frames.push({ kind: rest.toString('latin1', 0, letters), bytes: rest.subarray(0, size) });
    rest = rest.subarray(size);
    if (letters === 0) break; // who opens a connection waits for the answer
  }
  return { frames, rest };
}

/** What a client may open with instead of a session. */
export const openingCodes = { tls: 80877103, gss: 80877104, cancel: 80877102 } as const;
export const openingCode = ({ bytes }: Frame): number => bytes.readInt32BE(4);

export function frame(kind: string, body: Buffer): Frame {
  const head = Buffer.alloc(5);
  head.write(kind, 'latin1');
  head.writeInt32BE(body.length + 4, 1);
  return { kind, bytes: Buffer.concat([head, body]) };
}

export const queryFrame = (text: string): Frame => frame('Q', Buffer.from(`${text}\0`));
/**
 * A query that leaves alone what the client has prepared: a simple one would end its unnamed statement, which may wait for its Bind. Closed
 * before, too, since a failure skips what follows it.
 */
export function besideFrames(query: string): readonly Frame[] {
  const text = (kind: string, ...parts: readonly string[]) => frame(kind, Buffer.from(parts.join('\0')));
  const closes = [text('C', `S${beside}`, ''), text('C', `P${beside}`, '')];
  return [
    ...closes,
    text('P', beside, query, '\0\0'),
    text('B', beside, beside, '\0\0\0\0\0\0'),
    text('E', beside, '\0\0\0\0'),
    ...closes,
    frame('S', Buffer.alloc(0)),
  ];
}
const beside = 'greenroom beside';
export const readyFrame = (status: Status): Frame => frame('Z', Buffer.from(status, 'latin1'));

/** Idle, in a transaction, in one that failed. */
export type Status = 'I' | 'T' | 'E';
export const statusOf = ({ bytes }: Frame): Status => bytes.toString('latin1', 5, 6) as Status;

/** Process id of the server's side, out of BackendKeyData. */
export const backendPid = ({ bytes }: Frame): number => bytes.readInt32BE(5);

/** SQLSTATE of an ErrorResponse. */
export function errorCode({ bytes }: Frame): string {
  for (let at = 5; at < bytes.length && bytes[at] !== 0;) {
    const end = bytes.indexOf(0, at + 1);
    if (bytes[at] === 'C'.charCodeAt(0)) return bytes.toString('utf8', at + 1, end);
    at = end + 1;
  }
  return 'XX000';
}

/** Texts ended by a zero, in order: the query of Q; name and query of P; portal and statement of B. */
export function textsOf({ bytes }: Frame, count: number): readonly string[] {
  const found: string[] = [];
  for (let at = 5; found.length < count;) {
    const end = bytes.indexOf(0, at);
    if (end < 0) break;
    found.push(bytes.toString('utf8', at, end));
    at = end + 1;
  }
  return found;
}

/** Columns of a DataRow, as text. */
export function rowOf({ bytes }: Frame): readonly (string | null)[] {
  const found: (string | null)[] = [];
  let at = 7;
  for (let left = bytes.readInt16BE(5); left > 0; left -= 1) {
    const size = bytes.readInt32BE(at);
    found.push(size < 0 ? null : bytes.toString('utf8', at + 4, at + 4 + size));
    at += 4 + Math.max(size, 0);
  }
  return found;
}

/** Where the texts at the front of a message end, each ended by a zero. */
function afterTexts(bytes: Buffer, count: number): number {
  let at = 5;
  for (let left = count; left > 0; left -= 1) at = bytes.indexOf(0, at) + 1;
  return at;
}

/** Types that a Parse names for its parameters, by number; 0 leaves one to the server. */
export function parameterTypes({ bytes }: Frame): readonly number[] {
  const at = afterTexts(bytes, 2);
  return Array.from({ length: bytes.readUInt16BE(at) }, (_, index) => bytes.readUInt32BE(at + 2 + 4 * index));
}

/** Values of a Bind that came as text, null among them; `unknown` when one of them is binary. */
export function boundValues({ bytes }: Frame): readonly (string | null)[] | 'unknown' {
  const at = afterTexts(bytes, 2);
  const formats = bytes.readUInt16BE(at);
  const isBinary = (index: number) => formats > 0 && bytes.readUInt16BE(at + 2 + 2 * (formats === 1 ? 0 : index)) === 1;
  let place = at + 2 + 2 * formats;
  const count = bytes.readUInt16BE(place);
  place += 2;
  const found: (string | null)[] = [];
  for (let index = 0; index < count; index += 1) {
    const size = bytes.readInt32BE(place);
    if (size >= 0 && isBinary(index)) return 'unknown';
    found.push(size < 0 ? null : bytes.toString('utf8', place + 4, place + 4 + size));
    place += 4 + Math.max(size, 0);
  }
  return found;
}

// Messages of PostgreSQL's protocol around the stream of a COPY. Where they begin has nothing to do with where rows do.
import { load8, move } from './memory.ts';

let payload: i32 = 0;
let head: i32 = 0;
let type: i32 = 0;
let size: i32 = 0;
/** Kind of the message that is not CopyData and stopped the last `unwrap`; 0 when none did. Its length follows. */
export let otherType: i32 = 0;
export let otherLength: i32 = 0;
/** Where the bytes of that message begin that have not been read. */
export let rest: i32 = 0;

export function beginMessages(): void {
  payload = 0;
  head = 0;
  otherType = 0;
}

/** Takes the frames of CopyData out of the bytes from `from` to `end`, in place; where the payload ends. */
export function unwrap(from: i32, end: i32): i32 {
  let to = from;
  let at = from;
  otherType = 0;
  while (at < end) {
    if (payload > 0) {
      const count = end - at < payload ? end - at : payload;
      if (to !== at) move(to, at, count);
      to += count;
      at += count;
      payload -= count;
      continue;
    }
    const byte = load8(at);
    at += 1;
    if (head === 0) {
      type = byte;
      size = 0;
    } else size = (size << 8) | byte;
    head += 1;
    if (head < 5) continue;
    head = 0;
    if (type === 100 && size >= 4) {
      payload = size - 4;
      continue;
    }
    otherType = type;
    otherLength = size - 4;
    break;
  }
  rest = at;
  return to;
}

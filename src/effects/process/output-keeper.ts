/** Keeps the first and the last half of `maxBytes` of an output of any length in flat memory. */
export interface OutputKeeper {
  /** `rawBytes`: how many bytes the process wrote for this piece, before redaction. */
  add(piece: Buffer, rawBytes: number): void;
  totalBytes(): number;
  text(redact: (text: string) => string): string;
}

export function createOutputKeeper(maxBytes: number): OutputKeeper {
  const half = Math.max(1, Math.floor(maxBytes / 2));
  const head: Buffer[] = [];
  let headBytes = 0;
  let ring: Buffer | null = null;
  let ringBytes = 0;
  let rawBytes = 0;

  const addTail = (piece: Buffer): void => {
    ring ??= Buffer.allocUnsafe(half);
    const last = piece.length > half ? piece.subarray(piece.length - half) : piece;
    ringBytes += piece.length - last.length;
    const at = ringBytes % half;
    const copied = last.copy(ring, at);
    if (copied < last.length) last.copy(ring, 0, copied);
    ringBytes += last.length;
  };

  return {
    add(piece, raw) {
      rawBytes += raw;
      const room = half - headBytes;
      if (room > 0 && piece.length > 0) {
        // A copy: a slice would keep the whole chunk of the pipe alive.
        head.push(Buffer.from(piece.subarray(0, room)));
        headBytes += Math.min(room, piece.length);
      }
      if (piece.length > room) addTail(room > 0 ? piece.subarray(room) : piece);
    },
    totalBytes: () => rawBytes,
    text(redact) {
      const first = Buffer.concat(head);
      if (ring === null) return redact(first.toString());
      const kept = Math.min(half, ringBytes);
      const at = ringBytes % half;
      const tail =
        ringBytes <= half ? ring.subarray(0, ringBytes) : Buffer.concat([ring.subarray(at), ring.subarray(0, at)]);
      const leftOut = ringBytes - kept;
      if (leftOut === 0) return redact(Buffer.concat([first, tail]).toString());
      return `${redact(first.toString())}\n… ${leftOut} bytes left out …\n${redact(tail.toString())}`;
    },
  };
}

/**
 * Follows the frames of one direction of a WebSocket without keeping their payload, to know where a frame ends: a close frame
 * of ours may only be put between two frames, never into one.
 */
export class FrameBoundary {
  private header: number[] = [];
  private payloadLeft = 0;

  get between(): boolean {
    return this.header.length === 0 && this.payloadLeft === 0;
  }

  /** Takes in bytes up to the first end of a frame (`stopAtEnd`) or all; returns how many were taken. */
  take(chunk: Buffer, stopAtEnd: boolean): number {
    let at = 0;
    while (at < chunk.length) {
      if (this.payloadLeft > 0) {
        const skipped = Math.min(this.payloadLeft, chunk.length - at);
        this.payloadLeft -= skipped;
        at += skipped;
      } else {
        this.header.push(chunk[at]!);
        at += 1;
        this.payloadLeft = this.payloadOfHeader();
      }
      if (stopAtEnd && this.between) break;
    }
    return at;
  }

  /** Zero while the header is still incomplete; empties it once it is whole. */
  private payloadOfHeader(): number {
    const [, second] = this.header;
    if (second === undefined) return 0;
    const short = second & 0x7f;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const size = 2 + lengthBytes + (second & 0x80 ? 4 : 0);
    if (this.header.length < size) return 0;
    const payload =
      lengthBytes === 0 ? short : this.header.slice(2, 2 + lengthBytes).reduce((sum, byte) => sum * 256 + byte, 0);
    this.header = [];
    return payload;
  }
}

import type { ComposeHost } from '../compose/host.ts';

/** What the driver needs of the machine beyond what the driver `compose` does; handed in by the roof. */
export interface SwarmHost extends ComposeHost {
  /** Brings an image, by its tag, from one daemon to another. Throws `GR6440`, or `GR7452` for what the other one refused. */
  copyImage(fromSocket: string, toSocket: string, tag: string): Promise<void>;
  /** Bytes of a file in base64 and their SHA-256 in hex; null when there is none. */
  readSealed(path: string): Promise<{ readonly base64: string; readonly digest: string } | null>;
}

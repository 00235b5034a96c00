import { createHash } from 'node:crypto';
import { readIfThere } from '../host/durable-file.ts';
import { composeHost } from './compose-host.ts';

/** This machine, as the swarm driver is given it. */
export const swarmHost = () => ({
  ...composeHost(),
  async readSealed(path: string): Promise<{ base64: string; digest: string } | null> {
    const bytes = await readIfThere(path);
    return bytes && { base64: bytes.toString('base64'), digest: createHash('sha256').update(bytes).digest('hex') };
  },
});

// One connection of the old version's command: everything goes through as it is, and its statements are kept.
import type { Socket } from 'node:net';
import type { Captured } from './capture.ts';
import type { Session } from './session.ts';
import { boundValues, parameterTypes, textsOf, type Frame } from './wire-frames.ts';

/** `keep` gets each statement with its values; it may not tell them. */
export const recordingSession =
  (keep: (met: Captured) => void) =>
  (client: Socket, server: Socket): Session => {
    const named = new Map<string, Pick<Captured, 'text' | 'types'>>();
    server.on('data', (chunk: Buffer) => void client.write(chunk));
    server.on('end', () => client.end());
    const take = (each: Frame) => {
      server.write(each.bytes);
      if (each.kind === 'Q') keep({ text: textsOf(each, 1)[0] ?? '', types: [], values: null });
      // A function called by its number has no text.
      if (each.kind === 'F') keep({ text: '', types: [], values: 'unknown' });
      const [first = '', second = ''] = each.kind === 'P' || each.kind === 'B' ? textsOf(each, 2) : [];
      if (each.kind === 'P') named.set(first, { text: second, types: parameterTypes(each) });
      const prepared = each.kind === 'B' ? named.get(second) : undefined;
      if (prepared !== undefined) keep({ ...prepared, values: boundValues(each) });
    };
    return {
      take,
      leave: () => void server.end(),
      done: () => Promise.resolve(),
    };
  };

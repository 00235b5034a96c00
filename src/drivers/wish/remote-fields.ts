import { z } from 'zod';

/** A secret by reference; its value never stands in the file. */
export const secretReference = () =>
  z.string().regex(/^secret:\/\/(env\/[A-Za-z_][A-Za-z0-9_]*|file\/.+)$/, {
    error: 'expected secret://env/NAME or secret://file/path, not the secret itself',
  });

/** HTTPS, or plain HTTP that does not leave this machine. */
export const apiBase = () =>
  z
    .url({ protocol: /^https?$/, error: 'expected an address that begins with https://' })
    .refine((text) => /^https:|^http:\/\/(127(\.\d+){3}|localhost|\[::1\])([:/]|$)/.test(text), {
      error: 'expected https://; http:// is taken for this machine only (127.0.0.1, localhost)',
    })
    .refine((text) => !/^https?:\/\/[^/]*@/.test(text), { error: 'must not hold a user or a password' });

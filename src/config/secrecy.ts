import type { Json } from '../domain/json.ts';
import type { Path } from './position.ts';

const secretName = /SECRET|TOKEN|PASSWORD|PASSWD|PASSPHRASE|CREDENTIAL|DSN|PRIVATE|KEY|(^|[_-])AUTH($|[_-])/i;
const privatePlaces = new Set(['variables', 'values', 'url', 'redis', 'secrets', 'headers', 'env', 'body']);

/** Whether a value is to be treated as a secret because of what its name says. */
export const namesSecret = (name: string): boolean => secretName.test(name);

/** The password inside `scheme://user:password@host`, as written, or null. */
export function passwordInUrl(value: string): string | null {
  const match = /^[a-z][a-z0-9+.-]*:\/\/[^\s/?#]*?:([^\s/?#]+)@/i.exec(value);
  return match?.[1] ?? null;
}

/** `--token=…`, `PASSWORD: …` in the middle of a command. */
const inlineSecret = /(secret|token|password|passwd|key|dsn|authorization)\w*[ =:]+\S/i;

/** Only a reference such as `${NAME}` or `secret://…`: names, never a value. */
const isReference = (value: string): boolean => /^(\$\{[A-Za-z_]\w*\}|secret:\/\/\S+)$/.test(value);

/** A value for a message: short, one line, without control codes; null where it might be a secret. */
export function shown(value: Json | undefined, path: Path): string | null {
  if (value === undefined) return 'nothing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = String(value);
  const hidden = path.some((key) => typeof key === 'string' && (privatePlaces.has(key) || namesSecret(key)));
  if ((hidden && !isReference(text)) || passwordInUrl(text) !== null || inlineSecret.test(text)) return null;
  // oxlint-disable-next-line no-control-regex -- they are what is taken out
  const clean = text.replaceAll(/[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, '�');
  const short = clean.length > 60 ? `${clean.slice(0, 57)}…` : clean;
  return typeof value === 'string' ? JSON.stringify(short) : short;
}

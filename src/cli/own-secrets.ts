import { namesSecret, passwordInUrl } from '../config/secrecy.ts';
import { createRedactor } from '../effects/redaction.ts';

/**
 * A text of foreign code without the secrets that this process was given. What a project refers to is hidden where it is
 * resolved; a defect may happen before or beside that.
 */
export function withoutOwnSecrets(text: string, variables: Readonly<Record<string, string | undefined>>): string {
  const secrets = Object.entries(variables).flatMap(([name, value = '']) => {
    const password = passwordInUrl(value);
    return [...(namesSecret(name) && value !== '' ? [value] : []), ...(password === null ? [] : [password])];
  });
  return createRedactor(secrets).text(text);
}

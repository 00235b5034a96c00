import type { Failure } from '../domain/failure.ts';
import type { Environment } from '../domain/project.ts';
import { mistake } from './catalogue.ts';
import { namesSecret, passwordInUrl } from './secrecy.ts';
import { useOneOf } from './suggestion.ts';

/** What references are resolved from. Nothing of it is printed. */
export interface ReferenceSources {
  /** Variables of the program that runs Greenroom. */
  readonly process: Readonly<Record<string, string | undefined>>;
  /** The environment's files in its order, read; `values` is null for a file that is not there. */
  readonly files: readonly { readonly path: string; readonly values: Readonly<Record<string, string>> | null }[];
  /** Text of a file that holds one secret, relative to the project or absolute; null when it cannot be read. */
  readSecretFile(path: string): string | null;
}

export interface ResolvedVariables {
  readonly values: Readonly<Record<string, string>>;
  /** Values to register for redaction. */
  readonly secrets: readonly string[];
  /** What could not be resolved; such a variable is not in `values`. */
  readonly missing: readonly Failure[];
}

const reference = /\$(\$\{)|\$\{([A-Za-z_]\w*)(?::-([^{}]*))?\}/g;
const lengthLimit = 1024 * 1024;
const providers = ['env', 'file'];

/** Names of variables that a text refers to. */
export const namesReferred = (text: string): readonly string[] =>
  [...text.matchAll(reference)].flatMap((match) => match[2] ?? []);

/**
 * The variables of an environment, and of a service when `more` gives its own: `more` wins over inline values, those over
 * later files, those over earlier ones. `${NAME}` and `${NAME:-default}` look there first, then at the process; a
 * variable that refers to its own name means what lies below it. `$${` is a plain `${`.
 */
export function resolveVariables(
  environment: Environment,
  sources: ReferenceSources,
  more: Readonly<Record<string, string>> = {},
): ResolvedVariables {
  const resolving = new Resolving(environment, sources, more);
  const values: Record<string, string> = {};
  for (const name of resolving.names()) {
    const value = resolving.variable(name);
    if (value !== null) values[name] = value;
  }
  return { values, secrets: resolving.secrets(), missing: resolving.missing(environment, sources) };
}

/** One text of the Model (a URL of a database, say) in the light of an environment. `label` names it in failures. */
export function resolveText(
  text: string,
  label: string,
  environment: Environment,
  sources: ReferenceSources,
): {
  readonly value: string | null;
  readonly secrets: readonly string[];
  readonly missing: readonly Failure[];
} {
  const resolving = new Resolving(environment, sources, {});
  const value = resolving.text(text, label);
  return { value, secrets: resolving.secrets(), missing: resolving.missing(environment, { ...sources, files: [] }) };
}

class Resolving {
  readonly #layers: readonly Readonly<Record<string, string | undefined>>[];
  readonly #sources: ReferenceSources;
  readonly #where: string;
  readonly #known = new Map<string, string | null>();
  readonly #open = new Set<string>();
  readonly #secrets = new Set<string>();
  readonly #failures = new Map<string, Failure>();

  constructor(environment: Environment, sources: ReferenceSources, more: Readonly<Record<string, string>>) {
    this.#sources = sources;
    this.#where = `environment ${environment.name}`;
    this.#layers = [
      more,
      environment.variables,
      ...sources.files.map((file) => file.values ?? {}).toReversed(),
      sources.process,
    ];
  }

  names(): readonly string[] {
    return [...new Set(this.#layers.slice(0, -1).flatMap((layer) => Object.keys(layer)))];
  }

  variable(name: string, fromLayer = 0): string | null {
    const index = this.#layers.findIndex(
      (layer, at) => at >= fromLayer && Object.hasOwn(layer, name) && layer[name] !== undefined,
    );
    if (index < 0) return null;
    const key = `${name} ${index}`;
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    if (this.#open.has(key)) {
      this.#refuse('GR1502', `The variable ${name} refers to itself by way of others.`, 'Break the circle.');
      return null;
    }
    this.#open.add(key);
    const written = this.#layers[index]![name]!;
    const isOurs = index < this.#layers.length - 1;
    const value = isOurs
      ? this.text(written, name, (other) => this.variable(other, other === name ? index + 1 : 0))
      : written;
    this.#open.delete(key);
    this.#known.set(key, value);
    if (value !== null) this.#watch(name, value);
    return value;
  }

  text(text: string, label: string, look = (name: string) => this.variable(name)): string | null {
    if (text.startsWith('secret://')) return this.#secret(text, label);
    let isWhole = true;
    const value = text.replaceAll(
      reference,
      (_, escaped: string | undefined, name: string, byDefault: string | undefined) => {
        if (escaped) return escaped;
        const found = look(name);
        if (byDefault !== undefined && (found === null || found === '')) return byDefault;
        if (found !== null) return found;
        isWhole = false;
        // Why a variable that is set has no value is said already.
        if ([...this.#known].some(([key, known]) => known === null && key.startsWith(`${name} `))) return '';
        if (this.#open.size === 0 || ![...this.#failures.values()].some((failure) => failure.code === 'GR1502'))
          this.#refuse(
            'GR1501',
            `${label} needs the variable ${name}, which is set nowhere.`,
            `Set ${name} in the environment, or give a default:  \${${name}:-…}.`,
          );
        return '';
      },
    );
    if (value.length > lengthLimit) {
      this.#refuse(
        'GR1502',
        `${label} expands to more than ${lengthLimit.toLocaleString('en')} characters.`,
        'Shorten what it refers to.',
      );
      return null;
    }
    if (isWhole && passwordInUrl(value) !== null) this.#watch(label, value);
    return isWhole ? value : null;
  }

  /** `secret://env/NAME` or `secret://file/path`; a second slash begins an absolute path. */
  #secret(text: string, label: string): string | null {
    const [, provider = '', place = ''] = /^secret:\/\/([^/]*)\/?(.*)$/s.exec(text) ?? [];
    if (!providers.includes(provider) || place === '') {
      this.#refuse(
        'GR1503',
        `${label} refers to a secret by the provider "${provider.slice(0, 40)}".`,
        `${useOneOf(provider, providers)} Write secret://env/NAME or secret://file/path.`,
      );
      return null;
    }
    const value =
      provider === 'env' ? this.#sources.process[place] : this.#sources.readSecretFile(place)?.replace(/\r?\n$/, '');
    if (value === undefined || value === '') {
      this.#refuse(
        'GR1503',
        `${label} needs the secret ${provider}/${place.slice(0, 200)}, which is not there.`,
        provider === 'env'
          ? `Set ${place} where Greenroom runs.`
          : 'Write the file, readable by the user that runs Greenroom.',
      );
      return null;
    }
    this.#secrets.add(value);
    return value;
  }

  #watch(name: string, value: string): void {
    if (namesSecret(name) && value !== '') this.#secrets.add(value);
    const password = passwordInUrl(value);
    if (password === null) return;
    this.#secrets.add(value).add(password);
    try {
      this.#secrets.add(decodeURIComponent(password));
    } catch {
      // not percent-encoded: the raw one is registered
    }
  }

  #refuse(code: 'GR1501' | 'GR1502' | 'GR1503', message: string, remedy: string): void {
    const failure = { ...mistake(code, message, remedy), where: this.#where };
    this.#failures.set(`${code} ${message}`, failure);
  }

  secrets(): readonly string[] {
    return [...this.#secrets];
  }

  missing(environment: Environment, sources: ReferenceSources): readonly Failure[] {
    const absent = sources.files
      .filter((file) => file.values === null)
      .map((file) => ({
        ...mistake(
          'GR1504',
          `The file of variables ${file.path} of "${environment.name}" is not there.`,
          'Write it, or take it out of "variables".',
        ),
        where: this.#where,
      }));
    return [...absent, ...this.#failures.values()];
  }
}

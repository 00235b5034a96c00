/** Ports and health of one service of a compose file, in the short and the long form. */
type Fields = Readonly<Record<string, unknown>>;

interface Ports {
  /** Ports inside the container, each once: the published ones, else the exposed ones. */
  readonly targets: readonly number[];
  /** The first port of this machine. */
  readonly published: number | null;
}

export function publishedOf(fields: Fields): Ports {
  const pairs = listOf(fields['ports']).flatMap((entry) => pairOf(entry));
  const exposed = listOf(fields['expose']).flatMap((entry) => portOf(filled(String(entry)).split('/')[0]) ?? []);
  const targets = pairs.length > 0 ? pairs.map(({ target }) => target) : exposed;
  return { targets: [...new Set(targets)], published: pairs.find((pair) => pair.published)?.published ?? null };
}

/** The port that gets the requests: the one its healthcheck asks, where that is known, else the first. */
export function insideOf(fields: Fields): number | null {
  const { targets } = publishedOf(fields);
  const asked = healthOf(fields)?.port ?? null;
  if (asked !== null && (targets.length === 0 || targets.includes(asked))) return asked;
  return targets[0] ?? null;
}

/** What `curl` or `wget` of the healthcheck asks of its own container. */
export function healthOf(fields: Fields): { readonly port: number | null; readonly path: string | null } | null {
  const check = fields['healthcheck'];
  const test = check !== null && typeof check === 'object' ? (check as Fields)['test'] : null;
  const line = filled(Array.isArray(test) ? test.join(' ') : typeof test === 'string' ? test : '');
  if (!/\b(curl|wget|http)/.test(line)) return null;
  const match = /(https?:\/\/)?(?:localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\])(?::(\d{1,5}))?(\/[\w./?=&%~+-]*)?/.exec(
    line,
  );
  if (!match) return null;
  const [, scheme, port, path] = match;
  return { port: portOf(port) ?? (scheme === 'http://' ? 80 : null), path: path ?? null };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);

/** `${WEB_PORT:-8080}` is the port when nobody says otherwise. */
const filled = (text: string): string => text.replaceAll(/\$\{\w+:?-([^${}]*)\}/g, '$1');

function portOf(text: unknown): number | null {
  const port = /^\d{1,5}$/.test(String(text ?? '')) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? port : null;
}

/** `3000` · `8080:3000` · `127.0.0.1:8080:3000/tcp` · `{ target, published }`; what is UDP answers no request. */
function pairOf(entry: unknown): readonly { readonly target: number; readonly published: number | null }[] {
  if (entry !== null && typeof entry === 'object') {
    const { target, published, protocol } = entry as Fields;
    const inside = portOf(target);
    if (inside === null || protocol === 'udp') return [];
    return [{ target: inside, published: portOf(filled(String(published ?? ''))) }];
  }
  const [numbers = '', protocol = 'tcp'] = filled(String(entry)).split('/');
  const parts = numbers.split(':');
  const target = portOf(parts.at(-1));
  return target === null || protocol === 'udp'
    ? []
    : [{ target, published: parts.length > 1 ? portOf(parts.at(-2)) : null }];
}

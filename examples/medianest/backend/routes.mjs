// The API: one function per route, (request context) → { status, body }. Text bodies go out as they are, others as JSON.
import { createHash, timingSafeEqual } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { addPosters } from './posters.mjs';
import { BadRequest, parseId, parsePage, toPage, validateItem } from './library.mjs';

const cacheSeconds = 30;
const maxSlowMs = 5_000;

export function createRoutes({ settings, catalogue, cache, database, metrics, startedAtMs }) {
  const { release, version } = settings;
  // Two versions may share one Redis during a release, so the version is part of the key.
  const cacheKey = (id) => `medianest:${version}:item:${id}`;

  async function health() {
    const [isUp, cacheState] = await Promise.all([database.isUp(), cache.state()]);
    const uptimeSeconds = Math.round((performance.now() - startedAtMs) / 100) / 10;
    const state = { release, version, database: isUp ? 'ok' : 'down', cache: cacheState, uptimeSeconds };
    return isUp ? ok({ status: 'ok', ...state }) : { status: 503, body: { status: 'unavailable', ...state } };
  }

  async function library({ query }) {
    const page = parsePage(query);
    const { items, total } = await catalogue.page(page);
    const shown = settings.showPosters ? await addPosters(items) : items;
    return ok(toPage(shown, total, page));
  }

  async function item({ id }) {
    const key = cacheKey(parseId(id));
    const cached = await cache.get(key);
    if (cached !== null) return ok(cached);
    const found = await catalogue.item(parseId(id));
    if (found === undefined) return notFound(`There is no item ${id}.`);
    await cache.set(key, found, cacheSeconds);
    return ok(found);
  }

  async function addItem({ readBody }) {
    const added = await catalogue.add(validateItem(await readBody()));
    return { status: 201, body: added, headers: { location: `/api/library/${added.id}` } };
  }

  async function removeItem({ id }) {
    const removed = await catalogue.remove(parseId(id));
    await cache.drop(cacheKey(parseId(id)));
    return removed ? { status: 204 } : notFound(`There is no item ${id}.`);
  }

  async function slow({ query }) {
    const ms = Number(query.get('ms') ?? '1000');
    if (!(ms >= 0)) throw new BadRequest('ms must be a number of milliseconds.');
    await wait(Math.min(ms, maxSlowMs));
    return ok({ waitedMs: Math.min(ms, maxSlowMs), release });
  }

  async function admin({ headers }) {
    if (!holdsToken(headers.authorization, settings.adminToken)) {
      return { status: 401, body: { error: 'A token is required.' }, headers: { 'www-authenticate': 'Bearer' } };
    }
    return ok({ release, items: await catalogue.countByKind() });
  }

  return {
    'GET /api/health': health,
    'GET /api/metrics': async () => ok(metrics.text()),
    'GET /api/version': async () => ok({ version, release }),
    'GET /api/slow': slow,
    'GET /api/admin': admin,
    'GET /api/library': library,
    'POST /api/library/items': addItem,
    'GET /api/library/:id': item,
    'DELETE /api/library/:id': removeItem,
  };
}

/** The route a request means: exact addresses first, then the one with an id. */
export function findRoute(routes, method, path) {
  const exact = routes[`${method} ${path}`];
  if (exact) return { answer: exact };
  const id = /^\/api\/library\/([^/]+)$/.exec(path)?.[1];
  const named = id !== undefined && id !== 'items' && routes[`${method} /api/library/:id`];
  if (named) return { answer: named, id };
  const isKnown =
    Object.keys(routes).some((route) => route.endsWith(` ${path}`)) || (id !== undefined && id !== 'items');
  return {
    answer: async () =>
      isKnown
        ? { status: 405, body: { error: `${method} is not possible here.` } }
        : notFound('There is nothing here.'),
  };
}

function holdsToken(authorization, token) {
  if (token === '' || authorization === undefined) return false;
  const digest = (text) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(authorization), digest(`Bearer ${token}`));
}

const ok = (body) => ({ status: 200, body });
const notFound = (error) => ({ status: 404, body: { error } });

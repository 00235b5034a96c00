// The rules of the library, without a database: what may be asked for, what may be stored, what is shown.
export const kinds = ['film', 'series', 'album', 'book'];
export const maxLimit = 100;

/** A request the caller has to correct: answered with 400 and this message. */
export class BadRequest extends Error {}

export function parsePage(query) {
  return {
    limit: integer(query.get('limit'), 'limit', 20, 1, maxLimit),
    offset: integer(query.get('offset'), 'offset', 0, 0, 1_000_000),
    search: parseSearch(query.get('q')),
    kind: parseKind(query.get('kind')),
  };
}

export function parseId(text) {
  return integer(text, 'id', undefined, 1, 2_147_483_647);
}

export function validateItem(body) {
  if (body === null || typeof body !== 'object' || Array.isArray(body))
    throw new BadRequest('The body must be an object.');
  const known = ['title', 'kind', 'year'];
  const unknown = Object.keys(body).filter((name) => !known.includes(name));
  if (unknown.length > 0) throw new BadRequest(`Unknown field: ${unknown.join(', ')}.`);
  return {
    title: validateTitle(body.title),
    kind: parseKind(body.kind ?? 'film'),
    year: validateYear(body.year),
  };
}

export function toItem(row) {
  return {
    id: row.id,
    title: row.title,
    kind: row.kind,
    year: row.year,
    addedAt: row.added_at.toISOString(),
  };
}

/** The frame around one page of items; `next` is null on the last page. */
export function toPage(items, total, page) {
  const end = page.offset + items.length;
  const next = items.length > 0 && end < total ? pageAddress({ ...page, offset: end }) : null;
  return { items, page: { limit: page.limit, offset: page.offset, total, next } };
}

export function pageAddress(page) {
  const query = new URLSearchParams({ limit: String(page.limit), offset: String(page.offset) });
  if (page.search) query.set('q', page.search);
  if (page.kind) query.set('kind', page.kind);
  return `/api/library?${query}`;
}

/** Text a person typed, as a LIKE pattern that matches it literally. */
export function likePattern(text) {
  return `%${text.replaceAll(/[\\%_]/g, '\\$&')}%`;
}

function validateTitle(title) {
  if (typeof title !== 'string') throw new BadRequest('title must be text.');
  const clean = title.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
  if (clean === '') throw new BadRequest('title must not be empty.');
  if (clean.length > 200) throw new BadRequest('title must not be longer than 200 characters.');
  if (/\p{Cc}/u.test(clean)) throw new BadRequest('title must not hold control characters.');
  return clean;
}

function validateYear(year) {
  if (year === undefined || year === null) return null;
  if (Number.isInteger(year) && year >= 1800 && year <= 2100) return year;
  throw new BadRequest('year must be a whole number from 1800 to 2100.');
}

function parseKind(kind) {
  if (kind === null) return null;
  if (kinds.includes(kind)) return kind;
  throw new BadRequest(`kind must be one of ${kinds.join(', ')}.`);
}

function parseSearch(search) {
  if (search === null || search.trim() === '') return null;
  if (search.length > 100) throw new BadRequest('q must not be longer than 100 characters.');
  if (search.includes('\0')) throw new BadRequest('q must be text.');
  return search.trim();
}

function integer(text, name, fallback, min, max) {
  if (text === null || text === undefined) {
    if (fallback === undefined) throw new BadRequest(`${name} is missing.`);
    return fallback;
  }
  const value = /^\d{1,10}$/.test(text) ? Number(text) : Number.NaN;
  if (value >= min && value <= max) return value;
  throw new BadRequest(`${name} must be a whole number from ${min} to ${max}.`);
}

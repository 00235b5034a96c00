// Expand only: a nullable column. The version before names its columns and does not notice.
export const edits = [
  {
    file: 'backend/catalogue.mjs',
    find: "const columns = 'id, title, kind, year, added_at';",
    put: "const columns = 'id, title, kind, year, rating, added_at';",
  },
  {
    file: 'backend/catalogue.mjs',
    find: 'async add({ title, kind, year }) {',
    put: 'async add({ title, kind, year, rating }) {',
  },
  {
    file: 'backend/catalogue.mjs',
    find: '(title, kind, year) VALUES ($1, $2, $3)',
    put: '(title, kind, year, rating) VALUES ($1, $2, $3, $4)',
  },
  { file: 'backend/catalogue.mjs', find: '[title, kind, year]', put: '[title, kind, year, rating]' },
  {
    file: 'backend/library.mjs',
    find: "const known = ['title', 'kind', 'year'];",
    put: "const known = ['title', 'kind', 'year', 'rating'];",
  },
  {
    file: 'backend/library.mjs',
    find: '    year: validateYear(body.year),\n',
    put: '    year: validateYear(body.year),\n    rating: validateRating(body.rating),\n',
  },
  {
    file: 'backend/library.mjs',
    find: '    year: row.year,\n',
    put: '    year: row.year,\n    rating: row.rating ?? null,\n',
  },
  {
    file: 'backend/library.mjs',
    find: 'function parseKind(',
    put: `function validateRating(rating) {
  if (rating === undefined || rating === null) return null;
  if (Number.isInteger(rating) && rating >= 1 && rating <= 10) return rating;
  throw new BadRequest('rating must be a whole number from 1 to 10.');
}

function parseKind(`,
  },
  {
    file: 'test/unit/library.test.mjs',
    find: "{ title: 'Metropolis', kind: 'film', year: null }",
    put: "{ title: 'Metropolis', kind: 'film', year: null, rating: null }",
  },
  {
    file: 'test/unit/library.test.mjs',
    find: "validateItem({ title: 'x', kind, year: 1999 }), { title: 'x', kind, year: 1999 }",
    put: "validateItem({ title: 'x', kind, year: 1999, rating: 8 }), { title: 'x', kind, year: 1999, rating: 8 }",
  },
];

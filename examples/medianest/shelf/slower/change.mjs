// Twice the pixels, more bytes for every poster: 20 posters take 16 ms instead of 12.
export const edits = [
  { file: 'backend/posters.mjs', find: 'const perPosterMs = 0.3;', put: 'const perPosterMs = 0.5;' },
  { file: 'backend/posters.mjs', find: '.webp`', put: '@2x.webp`' },
  {
    file: 'test/unit/backend.test.mjs',
    find: "'/posters/film/a-trip-to-the-moon.webp'",
    put: "'/posters/film/a-trip-to-the-moon@2x.webp'",
  },
  {
    file: 'test/unit/backend.test.mjs',
    find: "'/posters/film/untitled.webp'",
    put: "'/posters/film/untitled@2x.webp'",
  },
  {
    file: 'test/unit/backend.test.mjs',
    find: "['/posters/book/a.webp', '/posters/book/b.webp']",
    put: "['/posters/book/a@2x.webp', '/posters/book/b@2x.webp']",
  },
];

export const edits = [{ file: 'backend/catalogue.mjs', find: 'title ILIKE $1', put: 'title LIKE $1' }];

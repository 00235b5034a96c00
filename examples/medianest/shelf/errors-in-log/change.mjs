export const edits = [
  {
    file: 'backend/catalogue.mjs',
    find: 'export function createCatalogue(database) {\n',
    put: `export function createCatalogue(database, log) {
  let sortColumn = 'title';
  async function readSettings() {
    try {
      sortColumn = (await database.read('SELECT sort_column FROM page_settings', []))[0].sort_column === 'year' ? 'year' : 'title';
    } catch (error) {
      log.error('page settings unreadable, sorting by title', { reason: error.message });
    }
  }
  readSettings();

`,
  },
  { file: 'backend/catalogue.mjs', find: 'ORDER BY title, id', put: 'ORDER BY ${sortColumn}, id' },
  {
    file: 'backend/catalogue.mjs',
    find: 'async add({ title, kind, year }) {\n',
    put: 'async add({ title, kind, year }) {\n      await readSettings();\n',
  },
  { file: 'backend/server.mjs', find: 'createCatalogue(database)', put: 'createCatalogue(database, log)' },
];

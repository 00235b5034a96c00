// The library's table. Columns are named one by one, so that a newer schema with more columns does not disturb this version.
import { likePattern, toItem } from './library.mjs';

const columns = 'id, title, kind, year, added_at';

export function createCatalogue(database) {
  return {
    async page({ limit, offset, search, kind }) {
      const where = `WHERE ($1::text IS NULL OR title ILIKE $1) AND ($2::text IS NULL OR kind = $2)`;
      const filter = [search === null ? null : likePattern(search), kind];
      const [rows, counted] = await Promise.all([
        database.read(`SELECT ${columns} FROM media ${where} ORDER BY title, id LIMIT $3 OFFSET $4`, [
          ...filter,
          limit,
          offset,
        ]),
        database.read(`SELECT count(*)::integer AS total FROM media ${where}`, filter),
      ]);
      return { items: rows.map(toItem), total: counted[0].total };
    },

    async item(id) {
      const rows = await database.read(`SELECT ${columns} FROM media WHERE id = $1`, [id]);
      return rows[0] === undefined ? undefined : toItem(rows[0]);
    },

    async add({ title, kind, year }) {
      const insert = `INSERT INTO media (title, kind, year) VALUES ($1, $2, $3) RETURNING ${columns}`;
      return toItem((await database.write(insert, [title, kind, year]))[0]);
    },

    async remove(id) {
      return (await database.write('DELETE FROM media WHERE id = $1 RETURNING id', [id])).length === 1;
    },

    async countByKind() {
      return database.read('SELECT kind, count(*)::integer AS items FROM media GROUP BY kind ORDER BY kind', []);
    },
  };
}

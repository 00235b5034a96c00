// A few hundred plausible rows to work with. Rows have fixed keys: seeding again adds nothing and changes nothing.
import { withDatabase } from './migrations.mjs';

const count = 360;
const first = [
  'Silent',
  'Golden',
  'Northern',
  'Hidden',
  'Paper',
  'Winter',
  'Copper',
  'Distant',
  'Second',
  'Open',
  'Lost',
  'Blue',
];
const second = ['Harbour', 'Orchard', 'Letters', 'Signal', 'River', 'Machine', 'Garden', 'Hours', 'Lantern', 'Atlas'];
const kinds = ['film', 'series', 'album', 'book'];

const rows = Array.from({ length: count }, (_, i) => ({
  key: `seed-${i + 1}`,
  title: `${first[i % first.length]} ${second[Math.floor(i / first.length) % second.length]}${i < 120 ? '' : ` ${['II', 'III'][Math.floor(i / 120) - 1]}`}`,
  kind: kinds[(i * 7) % kinds.length],
  year: 1950 + ((i * 13) % 75),
}));

await withDatabase(async (client) => {
  const { rowCount } = await client.query(
    `INSERT INTO media (title, kind, year, seed_key)
     SELECT title, kind, year, key FROM json_to_recordset($1::json) AS row (key text, title text, kind text, year integer)
     ON CONFLICT (seed_key) DO NOTHING`,
    [JSON.stringify(rows)],
  );
  console.log(`${rowCount} of ${count} rows added`);
});

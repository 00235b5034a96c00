// Fills a library with made-up people, what they borrowed, wrote and did: what a production looks like after some years.
//   node db/people.mjs [members]     25000 otherwise; five loans, one review and five events for each. Only into a library without people.
import { exitCodes, Stop, withDatabase } from './migrations.mjs';

const count = Number(process.argv[2] ?? 25_000);
const list = (...words) => `(ARRAY['${words.join("','")}'])`;
const given = list(
  'Ada',
  'Boris',
  'Carla',
  'Deniz',
  'Emeka',
  'Farah',
  'Goran',
  'Hilde',
  'Ivana',
  'Jonas',
  'Keiko',
  'Luca',
);
const family = list('Abelmann', 'Brightwater', 'Castellano', 'Dimitrova', 'Eriksdotter', 'Fernandes', 'Gutenberg', 'Hashimoto', 'Ivanovic', 'Jørgensen', 'Kowalczyk'); // prettier-ignore
const streets = list(
  'Lindenallee',
  'Rue des Lilas',
  'Harbour Road',
  'Via Roma',
  'Kirkegata',
  'Calle Mayor',
  'Station Lane',
);
const towns = list('Leipzig', 'Nantes', 'Whitby', 'Bergamo', 'Tromsø', 'Toledo', 'Aarhus');

const statements = [
  `INSERT INTO members (id, email, name, phone, street, town, born, password_hash, settings, joined_at)
   SELECT i, lower(given) || '.' || lower(family) || i || '@' || (ARRAY['gmail.com','posteo.de','orange.fr'])[1 + i % 3],
     given || ' ' || family, '+49 30 ' || (10000000 + i * 37 % 89999999), ${streets}[1 + i % 7] || ' ' || 1 + i % 140, ${towns}[1 + i % 7],
     date '1940-01-01' + i * 17 % 24000, md5('p' || i) || md5('q' || i),
     jsonb_build_object('theme', (ARRAY['dark','light'])[1 + i % 2], 'invited_by', lower(family) || i || '@web.de', 'device', jsonb_build_object('id', md5('d' || i))),
     timestamptz '2019-01-01' + i * interval '83 minutes'
   FROM (SELECT i, ${given}[1 + i % 12] AS given, ${family}[1 + i / 12 % 11] AS family FROM generate_series(1, $1::integer) i) person`,
  `INSERT INTO loans (member_id, media_id, lent_at, returned_at)
   SELECT member.id, shelf.ids[1 + (member.id * 5 + turn) % cardinality(shelf.ids)], lent, CASE WHEN turn < 5 THEN lent + (member.id % 21) * interval '1 day' END
   FROM members member, generate_series(1, 5) turn, LATERAL (SELECT member.joined_at + turn * interval '19 days' AS lent) time, (SELECT array_agg(id ORDER BY id) AS ids FROM media) shelf`,
  `INSERT INTO reviews (member_id, media_id, stars, body)
   SELECT member.id, shelf.ids[1 + member.id % cardinality(shelf.ids)], 1 + member.id % 5,
     'Lent it to ' || friend.name || ', who liked it more than I did. Ask me at ' || member.email || ' or under ' || member.phone || '.'
   FROM members member JOIN members friend ON friend.id = 1 + member.id * 7 % $1::integer, (SELECT array_agg(id ORDER BY id) AS ids FROM media) shelf`,
  `INSERT INTO activity (member_id, at, address, event)
   SELECT member.id, member.joined_at + turn * interval '7 hours', ('85.214.' || member.id % 250 || '.' || 1 + turn * 31 % 250)::inet,
     jsonb_build_object('kind', (ARRAY['login','search','lend','return','mail'])[turn], 'to', member.email, 'took_ms', member.id * turn % 900)
   FROM members member, generate_series(1, 5) turn`,
  `SELECT setval(pg_get_serial_sequence('members', 'id'), $1::integer)`,
];

await withDatabase(async (client) => {
  if (!Number.isSafeInteger(count) || count < 1 || count > 5_000_000)
    throw new Stop(exitCodes.usage, 'How many members? A whole number from 1 to 5000000.');
  await client.query('BEGIN');
  await client.query('LOCK TABLE members IN EXCLUSIVE MODE');
  const { rows } = await client.query('SELECT 1 FROM members LIMIT 1');
  if (rows.length > 0) throw new Stop(exitCodes.usage, 'There are people already; nothing was added.');
  let added = 0;
  for (const statement of statements) {
    const { command, rowCount } = await client.query(statement, statement.includes('$1') ? [count] : []);
    if (command === 'INSERT') added += rowCount;
  }
  await client.query('COMMIT');
  console.log(`${added} rows added`);
});

// A team's runner: `up` runs what is not noted in the table done, each file in a transaction; `down` the way back of the last; `restore` a backup, which is plain SQL; `ask` what follows; `loose` runs each file outside of a transaction and does not care how it ends.
import { readdirSync, readFileSync } from 'node:fs';
import pg from 'pg';

const client = new pg.Client({ connectionString: process.env.DATABASE_URL });
await client.connect();
const [deed] = process.argv.slice(2);
const inOne = async (text, note) => {
  await client.query('begin');
  await client.query(text);
  await client.query(note);
  await client.query('commit');
};
if (deed === 'restore') await client.query(readFileSync(process.env.GREENROOM_BACKUP, 'utf8'));
if (deed === 'ask') for (const text of process.argv.slice(3)) await client.query(text);
if (deed === 'up') {
  const { rows } = await client.query('select name from done');
  for (const name of readdirSync('migrations').toSorted())
    if (!rows.some((row) => row.name === name))
      await inOne(readFileSync(`migrations/${name}`, 'utf8'), `insert into done values ('${name}')`);
}
if (deed === 'loose')
  for (const name of readdirSync('migrations').toSorted())
    await client.query(readFileSync(`migrations/${name}`, 'utf8')).catch(() => undefined);
if (deed === 'down') {
  const { rows } = await client.query('select name from done order by name desc limit 1');
  await inOne(readFileSync(`back/${rows[0].name}`, 'utf8'), `delete from done where name = '${rows[0].name}'`);
}
await client.end();

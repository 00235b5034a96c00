-- up
insert into countries select * from dblink('host=127.0.0.1 dbname=postgres user=postgres', 'select ''xx'', ''X''') as t(code char(2), name text);

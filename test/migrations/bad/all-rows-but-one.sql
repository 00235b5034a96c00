-- up
update orders set note = coalesce(note, '') where id <> 11;
select pg_sleep(2.5);
-- down
select 1;

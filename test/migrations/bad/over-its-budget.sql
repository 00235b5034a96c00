-- up
select pg_sleep(2);
-- down
select 1;

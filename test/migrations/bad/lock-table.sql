-- up
lock table orders in exclusive mode;
select pg_sleep(2.5);
-- down
select 1;

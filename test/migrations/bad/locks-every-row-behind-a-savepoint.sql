-- up
savepoint before;
select count(*) from (select from orders for update) locked;
release savepoint before;
select pg_sleep(2.5);
-- down
select 1;

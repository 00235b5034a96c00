-- up
alter table users add column country text;
select pg_sleep(2.5);
-- down
alter table users drop column country;

-- up
alter table logins add column device text;
select pg_sleep(2.5);
-- down
alter table logins drop column device;

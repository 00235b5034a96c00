-- before
alter table users alter column nick set default 'nobody';
-- up
alter table users alter column nick drop default;
-- down
alter table users alter column nick set default 'nobody';

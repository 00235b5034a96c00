-- before
alter table countries add column phone int not null default 41;
-- up
alter table countries alter column phone type bigint;
-- down
alter table countries alter column phone type int;

-- before
alter table countries add column phone bigint not null default 41;
-- up
alter table countries alter column phone type int;
-- down
alter table countries alter column phone type bigint;
-- old
select name from countries where code = 'ch'

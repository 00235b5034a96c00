-- up
alter table users alter column nick type text;
-- forward
select 1;

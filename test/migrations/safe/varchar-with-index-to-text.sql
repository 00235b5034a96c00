-- up
alter table users alter column email type text;
-- forward
select 1;

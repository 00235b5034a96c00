-- up
alter table users alter column nick type varchar(20);
-- forward
select 1;

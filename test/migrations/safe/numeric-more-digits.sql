-- up
alter table users alter column score type numeric(12, 2);
-- forward
select 1;

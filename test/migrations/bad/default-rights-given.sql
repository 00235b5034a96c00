-- up
alter default privileges in schema public grant select on tables to public;
-- down
select 1;

-- up
alter table addresses add column extra jsonb;
-- down
alter table addresses drop column extra;
-- old
select distinct * from addresses where id < 5

-- up
create table if not exists schema_migrations (version text primary key, applied_at timestamptz not null default clock_timestamp());
alter table users add column shoe_size int;
insert into schema_migrations (version) values ('20260102');
-- down
delete from schema_migrations where version = '20260102';
alter table users drop column shoe_size;

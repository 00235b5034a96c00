-- before
create table schema_migrations (version text primary key, applied_at timestamptz not null default clock_timestamp());
-- up
alter table users add column shoe_size int;
insert into schema_migrations (version) values ('20260102');
-- down
alter table users drop column shoe_size;

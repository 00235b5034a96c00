-- before
create table schema_migrations (version text primary key, applied_at timestamptz not null default clock_timestamp());
-- up
alter table users add column if not exists shoe_size int;

insert into schema_migrations (version) values ('20260102') on conflict do nothing;

comment on column users.shoe_size is 'EU';
-- down
delete from schema_migrations where version = '20260102';
alter table users drop column if exists shoe_size;

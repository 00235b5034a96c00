-- up
alter table users add column joined timestamptz not null default now();
-- down
alter table users drop column joined;

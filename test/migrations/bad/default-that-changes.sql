-- up
alter table users add column token uuid default gen_random_uuid();
-- down
alter table users drop column token;

-- up
alter table users add column token uuid;
alter table users alter column token set default gen_random_uuid();
-- down
alter table users drop column token;

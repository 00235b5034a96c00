-- up
alter table users drop column legacy;
-- down
alter table users add column legacy text;
create index users_legacy on users (legacy);

-- up
drop index concurrently if exists users_legacy;
-- down
create index users_legacy on users (legacy);

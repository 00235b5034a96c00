-- up
drop index users_legacy;
-- down
create index users_legacy on users (legacy);

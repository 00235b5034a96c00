-- up
create unique index concurrently users_nick_once on users (nick);
-- down
drop index users_nick_once;
-- old
insert into users (name, nick) values ('z', 'k7')

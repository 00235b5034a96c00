-- up
alter table users add constraint nick_given not null nick not valid;
-- down
alter table users drop constraint nick_given;
-- old
insert into users (name, nick) values ('z', 'zz')

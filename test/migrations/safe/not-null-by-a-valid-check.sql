-- before
alter table users add constraint nick_given check (nick is not null) not valid;
alter table users validate constraint nick_given;
-- up
alter table users alter column nick set not null;
alter table users drop constraint nick_given;
-- down
alter table users add constraint nick_given check (nick is not null);
alter table users alter column nick drop not null;
-- old
insert into users (name, nick) values ('z', 'zz')
update users set nick = 'y' where id = 9

-- up
alter table users alter column nick set not null;
-- down
alter table users alter column nick drop not null;
-- old
insert into users (name, nick) values ('z', 'zz')
update users set nick = 'y' where id = 9

-- up
alter table users alter column nick type varchar(5);
-- down
alter table users alter column nick type varchar(10);
-- old
insert into users (name, nick) values ('z', 'longnick')

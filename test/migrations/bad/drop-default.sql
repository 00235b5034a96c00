-- up
alter table users alter column status drop default;
-- down
alter table users alter column status set default 'new';
-- old
insert into users (name, email) values ('z', 'z@shop.test')
insert into users (name, status) values ('z', 'new')

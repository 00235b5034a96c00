-- up
alter table users add column tier int;
update users set tier = 1;
alter table users alter column tier set not null;
-- down
alter table users drop column tier;
-- old
insert into users (name, email) values ('z', 'z@shop.test')
update users set balance = balance + 1 where id = 9
-- new
insert into users (name, tier) values ('z', 2)

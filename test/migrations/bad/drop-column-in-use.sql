-- up
alter table users drop column email;
-- down
alter table users add column email varchar(120);
create index users_email on users (email);
-- old
select email from users where id = 7
insert into users (name, email) values ('z', 'z@shop.test')

-- up
alter table users rename column name to full_name;
-- down
alter table users rename column full_name to name;
-- old
select name from users where id = 7
insert into users (name, email) values ('z', 'z@shop.test')
update users set balance = balance + 1 where id = 9
-- new
select full_name from users where id = 7

select id, name, email, status from users where id = 7
insert into users (name, email) values ('z', 'z@shop.test')
update users set balance = balance + 1 where id = 9
insert into orders (user_id, note) values (3, 'p')
select o.id, o.total, u.name from orders o join users u on u.id = o.user_id where u.id = 3

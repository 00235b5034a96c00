-- up
alter table orders rename to purchases;
-- down
alter table purchases rename to orders;
-- old
select id, total from orders where id = 3
insert into orders (user_id, note) values (3, 'p')
-- new
select id, total from purchases where id = 3

-- up
revoke insert on orders from app;
-- down
grant insert on orders to app;
-- old
insert into orders (user_id) values (3)
select total from orders where id = 3

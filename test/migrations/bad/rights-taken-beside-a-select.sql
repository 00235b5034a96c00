-- up
revoke update on orders from app;
-- down
grant update on orders to app;
-- old
select total from orders where id = 3

-- up
alter table orders disable trigger orders_audit;
-- down
alter table orders enable trigger orders_audit;
-- old
insert into orders (user_id) values (3)

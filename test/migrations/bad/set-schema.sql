-- up
alter table orders set schema billing;
-- down
alter table billing.orders set schema public;
-- old
select total from orders where id = 3

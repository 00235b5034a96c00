-- up
create index concurrently orders_user on orders (user_id);
-- down
drop index orders_user;

-- up
create index concurrently orders_user on orders (user_id);

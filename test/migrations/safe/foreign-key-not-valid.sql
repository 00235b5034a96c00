-- before
create index orders_user on orders (user_id);
-- up
alter table orders add constraint orders_user_fk foreign key (user_id) references users (id) not valid;
-- down
alter table orders drop constraint orders_user_fk;

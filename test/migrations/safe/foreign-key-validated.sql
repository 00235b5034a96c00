-- before
create index orders_user on orders (user_id);
alter table orders add constraint orders_user_fk foreign key (user_id) references users (id) not valid;
-- up
alter table orders validate constraint orders_user_fk;
-- down
alter table orders drop constraint orders_user_fk;
alter table orders add constraint orders_user_fk foreign key (user_id) references users (id) not valid;

-- up
alter table orders add constraint orders_user foreign key (user_id) references users (id) not valid;
-- down
alter table orders drop constraint orders_user;

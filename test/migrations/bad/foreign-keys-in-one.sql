-- up
alter table orders add constraint orders_user foreign key (user_id) references users (id);
alter table addresses add constraint addresses_again foreign key (user_id) references users (id);
-- down
alter table orders drop constraint orders_user;
alter table addresses drop constraint addresses_again;

-- up
alter table users add column nickname text;

create index concurrently orders_user on orders (user_id);
-- down
drop index orders_user;
alter table users drop column nickname;

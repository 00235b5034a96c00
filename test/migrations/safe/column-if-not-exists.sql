-- up
alter table users add column if not exists nickname text;

create index concurrently if not exists orders_user on orders (user_id);
-- down
drop index orders_user;
alter table users drop column nickname;

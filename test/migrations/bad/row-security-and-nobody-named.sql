-- up
alter table orders enable row level security;
-- down
alter table orders disable row level security;
-- old
select total from orders where id = 3
insert into orders (user_id) values (3)

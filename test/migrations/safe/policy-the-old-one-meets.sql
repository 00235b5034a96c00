-- before
alter table orders enable row level security;
create policy everything on orders using (true);
-- up
alter policy everything on orders using (user_id > 0);
-- down
alter policy everything on orders using (true);
-- old
select total from orders where id = 3
insert into orders (user_id) values (3)

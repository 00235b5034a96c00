-- before
alter table orders enable row level security;
create policy everything on orders using (true);
-- up
alter policy everything on orders using (false);
-- down
alter policy everything on orders using (true);
-- old
select total from orders where id = 3
update orders set total = 2 where id = 3

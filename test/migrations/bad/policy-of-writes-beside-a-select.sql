-- before
alter table orders enable row level security;
create policy everything on orders using (true);
-- up
create policy none_changed on orders as restrictive for update using (false);
-- down
drop policy none_changed on orders;
-- old
select total from orders where id = 3

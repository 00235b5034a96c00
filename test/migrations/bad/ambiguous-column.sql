-- up
alter table orders add column street text;
-- down
alter table orders drop column street;
-- old
select street from orders join addresses on addresses.user_id = orders.user_id where orders.id = 3

-- before
update orders set total = -1 where id between 10 and 14;
-- up
alter table orders add constraint total_positive check (total > 0) not valid;
-- down
alter table orders drop constraint total_positive;
-- old
select total from orders where id = 3
insert into orders (user_id, total) values (3, 5)
update orders set total = 2 where id = 3

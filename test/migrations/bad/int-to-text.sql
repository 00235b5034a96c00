-- up
alter table orders alter column total drop default;
alter table orders alter column total type text;
alter table orders alter column total set default '1';
-- down
alter table orders alter column total drop default;
alter table orders alter column total type int using total::int;
alter table orders alter column total set default 1;
-- old
select sum(total + 1) from orders where user_id = 3
update orders set total = 2 where id = 3

-- up
delete from orders;
-- down
select 1;
-- old
insert into orders (user_id) values (3)

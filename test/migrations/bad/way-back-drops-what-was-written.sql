-- up
alter table orders alter column total type bigint;
-- down
alter table orders alter column total type int;
-- written
insert into orders (user_id, total) values (3, 3000000000);

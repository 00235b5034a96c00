-- up
alter table orders alter column total type bigint;
-- down
alter table orders alter column total type int;

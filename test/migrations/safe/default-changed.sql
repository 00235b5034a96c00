-- up
alter table orders alter column total set default 2;
-- down
alter table orders alter column total set default 1;

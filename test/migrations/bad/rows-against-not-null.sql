-- before
update orders set note = null where id = 700;
-- up
alter table orders alter column note set not null;

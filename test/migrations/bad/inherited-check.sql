-- up
alter table vehicles add constraint wheels_some check (wheels > 1);
-- down
alter table vehicles drop constraint wheels_some;

-- up
alter table vehicles alter column wheels type bigint;
-- down
alter table vehicles alter column wheels type int;

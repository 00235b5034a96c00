-- up
alter table users rename column legacy to legacy_unused;
-- down
alter table users rename column legacy_unused to legacy;

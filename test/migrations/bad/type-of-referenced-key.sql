-- before
drop view active_users;
drop function full_name;
-- up
alter table users alter column id type bigint;
-- down
alter table users alter column id type int;

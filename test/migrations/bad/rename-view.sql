-- up
alter view active_users rename to people;
-- down
alter view people rename to active_users;
-- old
select id, name from active_users where id = 3

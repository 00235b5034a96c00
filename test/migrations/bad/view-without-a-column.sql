-- up
drop view active_users;
create view active_users as select id, name from users where status <> 'gone';
grant select, insert, update, delete on active_users to app;
-- down
drop view active_users;
create view active_users as select id, name, status from users where status <> 'gone';
grant select, insert, update, delete on active_users to app;
-- old
select status from active_users where id = 3

-- up
drop view active_users;
-- down
create view active_users as select id, name, status from users where status <> 'gone';
grant select, insert, update, delete on active_users to app;

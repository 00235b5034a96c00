-- up
create or replace view active_users as select users.id, users.name, users.status from users where not users.status = 'gone';
-- down
create or replace view active_users as select id, name, status from users where status <> 'gone';
-- old
select id, name, status from active_users where id = 3

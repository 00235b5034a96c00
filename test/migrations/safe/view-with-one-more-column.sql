-- up
create or replace view active_users as select id, name, status, email from users where status <> 'gone';
-- forward
select 1;
-- old
select id, name, status from active_users where id = 3

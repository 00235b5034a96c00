-- up
alter table users drop column status cascade;
-- down
alter table users add column status text not null default 'new';
create view active_users as select id, name, status from users where status <> 'gone';
grant select, insert, update, delete on active_users to app;
update users set status = 'old' where id < 0;
-- old
select id, name from active_users where id = 3
select status from users where id = 3

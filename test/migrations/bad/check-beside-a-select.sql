-- up
alter table users add constraint status_known check (status in ('new', 'paid', 'gone')) not valid;
-- down
alter table users drop constraint status_known;
-- old
select id, status from users where id = 7
update users set balance = balance + 1 where id = 9

-- up
alter table users add constraint status_known check (status in ('new', 'waiting', 'paid', 'gone')) not valid;
-- down
alter table users drop constraint status_known;
-- old
update users set status = 'waiting' where id = 9
update users set status = 'paid' where id = 9

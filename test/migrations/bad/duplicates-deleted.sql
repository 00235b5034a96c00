-- before
insert into logins select user_id, at from logins where user_id < 20;
-- up
delete from logins a using logins b where a.user_id = b.user_id and a.ctid > b.ctid;
-- down
select 1;

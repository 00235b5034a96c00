-- up
truncate users cascade;
-- down
select 1;
-- old
select id from users where id = 7

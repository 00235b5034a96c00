-- up
drop table if exists logins;
create table logins (user_id int, at timestamptz not null);
-- old
insert into logins values (3, now())

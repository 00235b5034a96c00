-- up
drop table logins;
-- down
create table logins (user_id int, at timestamptz not null);
grant select, insert, update, delete on logins to app;
-- old
insert into logins values (3, now())

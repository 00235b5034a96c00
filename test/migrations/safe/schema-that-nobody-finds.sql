-- up
create schema archive;
create table archive.users (id int primary key, name text not null);
grant usage on schema archive to app;
grant select on archive.users to app;
-- down
drop schema archive cascade;
-- old
select name from users where id = 7

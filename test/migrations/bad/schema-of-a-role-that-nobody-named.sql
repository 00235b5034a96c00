-- up
create schema app;
create table app.users (id int primary key, name text not null);
grant usage on schema app to app;
grant select on app.users to app;
-- down
drop schema app cascade;
-- old
select name from users where id = 7

-- up
create schema shop;
create table shop.users (id int primary key, name text not null);
grant usage on schema shop to app;
grant select on shop.users to app;
-- down
drop schema shop cascade;
-- old
select name from users where id = 7

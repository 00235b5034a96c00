-- up
alter table users alter column name drop not null;
-- down
alter table users alter column name set not null;
-- written
insert into users (name) values (null);
-- old
select name from users where id = 7

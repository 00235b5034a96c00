-- before
alter table users add column country text;
-- up
update users set country = 'ch' where id <= 20 and country is null;
-- down
update users set country = null where id <= 20;

-- before
alter table users add column country text;
-- up
update users set country = 'ch';
-- down
update users set country = null;

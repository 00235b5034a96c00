-- up
alter table users add column country text;
update users set country = 'ch';
-- down
alter table users drop column country;

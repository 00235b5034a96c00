-- up
alter table users add column nickname text;
-- down
alter table users drop column nickname;

-- up
alter table users add column nickname text;
rollback;
-- down
alter table users drop column nickname;

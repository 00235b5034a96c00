-- up
begin;
alter table users add column nickname text;
commit;
-- down
alter table users drop column nickname;

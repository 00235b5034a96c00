-- up
set local statement_timeout = '30s';
alter table users add column nickname text;
-- down
alter table users drop column nickname;

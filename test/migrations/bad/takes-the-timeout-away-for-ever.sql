-- up
alter role current_user set lock_timeout = 0;
alter table users add column nickname text;
-- down
alter role current_user reset lock_timeout;
alter table users drop column nickname;

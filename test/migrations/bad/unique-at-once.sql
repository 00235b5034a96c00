-- up
alter table users add constraint users_email_once unique (email);
-- down
alter table users drop constraint users_email_once;

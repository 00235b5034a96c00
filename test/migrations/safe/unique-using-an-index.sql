-- before
create unique index users_email_once on users (email);
-- up
alter table users add constraint users_email_once unique using index users_email_once;
-- down
alter table users drop constraint users_email_once;
create unique index users_email_once on users (email);

-- up
create unique index users_email_once on users (email);
-- down
drop index users_email_once;

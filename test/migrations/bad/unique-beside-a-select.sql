-- up
create unique index concurrently users_email_once on users (email);
-- down
drop index users_email_once;
-- old
select id, email from users where id = 7

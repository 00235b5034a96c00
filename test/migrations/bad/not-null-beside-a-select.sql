-- up
alter table users add constraint nick_given not null nick not valid;
-- down
alter table users drop constraint nick_given;
-- old
select id, nick from users where id = 7

-- up
alter table users add constraint email_given not null email not valid;
-- down
alter table users drop constraint email_given;
-- old
insert into users (name) values ('z')

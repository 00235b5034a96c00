-- up
alter table logins add constraint logins_user foreign key (user_id) references users (id) not valid;
-- down
alter table logins drop constraint logins_user;
-- old
insert into logins values (100000, now())
insert into logins values (3, now())

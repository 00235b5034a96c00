-- before
insert into logins values (99999, now());
-- up
alter table logins add constraint logins_user foreign key (user_id) references users (id);

-- up
alter table logins add constraint logins_user foreign key (user_id) references users (id) deferrable initially deferred not valid;
insert into logins values (99999, now());

-- before
create unique index logins_once on logins (user_id, at);
-- up
alter table logins add constraint logins_pkey primary key using index logins_once;
-- down
alter table logins drop constraint logins_pkey;
alter table logins alter column user_id drop not null;
create unique index logins_once on logins (user_id, at);

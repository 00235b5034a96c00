-- up
alter table logins add primary key (user_id, at);
-- down
alter table logins drop constraint logins_pkey;
alter table logins alter column user_id drop not null;

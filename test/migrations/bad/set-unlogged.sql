-- up
alter table logins set unlogged;
-- down
alter table logins set logged;

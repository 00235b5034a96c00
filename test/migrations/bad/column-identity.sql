-- up
alter table logins add column id bigint generated always as identity;
-- down
alter table logins drop column id;

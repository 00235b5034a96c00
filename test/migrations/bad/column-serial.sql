-- up
alter table logins add column id bigserial;
-- down
alter table logins drop column id;

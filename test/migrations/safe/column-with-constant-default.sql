-- up
alter table users add column tier int not null default 1;
-- down
alter table users drop column tier;

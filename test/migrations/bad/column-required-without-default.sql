-- up
alter table users add column tier int not null;

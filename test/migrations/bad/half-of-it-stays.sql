-- up
alter table users add column nickname text;

alter table userz add column nickname text;

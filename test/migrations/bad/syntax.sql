-- up
alter table users ad column nickname text;

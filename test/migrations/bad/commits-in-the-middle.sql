-- up
alter table users add column nickname text;
commit;
alter table orders add column nickname text;
-- down
alter table users drop column nickname;
alter table orders drop column nickname;

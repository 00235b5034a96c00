-- up
alter table countries add constraint countries_name_once unique (name);
-- down
alter table countries drop constraint countries_name_once;

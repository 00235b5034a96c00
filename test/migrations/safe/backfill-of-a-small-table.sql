-- before
alter table countries add column vat int;
-- up
update countries set vat = 8;
-- down
update countries set vat = null;

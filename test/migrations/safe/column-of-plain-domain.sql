-- up
alter table orders add column delivered_to postcode;
-- down
alter table orders drop column delivered_to;

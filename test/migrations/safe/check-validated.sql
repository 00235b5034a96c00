-- before
alter table orders add constraint total_positive check (total > 0) not valid;
-- up
alter table orders validate constraint total_positive;
-- down
alter table orders drop constraint total_positive;
alter table orders add constraint total_positive check (total > 0) not valid;

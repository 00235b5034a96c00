-- up
alter table orders add constraint total_positive check (total > 0) not valid;
-- down
alter table orders drop constraint total_positive;

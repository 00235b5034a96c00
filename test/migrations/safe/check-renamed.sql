-- before
alter table users add constraint balance_low check (balance < 1000000);
-- up
alter table users rename constraint balance_low to balance_below_a_million;
-- down
alter table users rename constraint balance_below_a_million to balance_low;

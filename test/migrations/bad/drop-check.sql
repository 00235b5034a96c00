-- before
alter table users add constraint balance_low check (balance < 1000000);
-- up
alter table users drop constraint balance_low;
-- down
alter table users add constraint balance_low check (balance < 1000000);

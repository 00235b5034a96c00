-- up
alter table users add constraint balance_some check (balance > 0);

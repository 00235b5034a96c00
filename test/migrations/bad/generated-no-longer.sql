-- up
alter table users alter column double_balance drop expression;
-- down
alter table users drop column double_balance;
alter table users add column double_balance int generated always as (balance * 2) stored;

-- up
alter table users alter column double_balance set expression as (balance * 2 + 0);
-- down
alter table users alter column double_balance set expression as (balance * 2);

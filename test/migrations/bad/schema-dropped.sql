-- up
drop schema billing cascade;
-- old
select amount from billing.invoices where id = 3

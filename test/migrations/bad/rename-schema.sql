-- up
alter schema billing rename to accounting;
-- down
alter schema accounting rename to billing;
-- old
select amount from billing.invoices where id = 3

-- up
refresh materialized view concurrently order_totals;
-- down
select 1;

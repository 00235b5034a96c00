-- up
refresh materialized view order_totals;
-- down
select 1;

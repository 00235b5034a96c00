-- up
vacuum full orders;
-- down
select 1;

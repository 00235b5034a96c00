-- up
analyze orders;
-- down
select 1;

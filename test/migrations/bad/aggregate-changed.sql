-- before
create aggregate sum_of(int) (sfunc = int4pl, stype = int, initcond = '0');
-- up
create or replace aggregate sum_of(int) (sfunc = int4mi, stype = int, initcond = '0');
-- down
select 1;

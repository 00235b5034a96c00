-- before
select lo_from_bytea(770001, 'a scanned contract'), lo_from_bytea(770002, 'another');
-- up
select lo_put(770001, 2, 'burnt');
-- down
select 1;

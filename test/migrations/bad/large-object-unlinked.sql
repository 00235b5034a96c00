-- before
select lo_from_bytea(770001, 'a scanned contract'), lo_from_bytea(770002, 'another');
-- up
select lo_unlink(770001);
-- down
select 1;

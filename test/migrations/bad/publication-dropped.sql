-- before
create publication feed for table orders;
-- up
drop publication feed;
-- down
select 1;

-- up
drop table events_2025;

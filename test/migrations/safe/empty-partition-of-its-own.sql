-- up
create table bikes (bell bool) inherits (vehicles);
-- down
drop table bikes;

-- up
create table if not exists parcels (id bigint generated always as identity primary key, note varchar(20), at timestamp);
grant select, insert on parcels to app;
-- down
drop table parcels;
-- new
select count(*) from parcels where false

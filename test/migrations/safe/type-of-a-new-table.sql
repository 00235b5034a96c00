-- up
create table parcels (id int primary key, weight int);
alter table parcels alter column weight type bigint;
create index parcels_weight on parcels (weight);
alter table parcels add constraint weight_some check (weight > 0);
-- down
drop table parcels;

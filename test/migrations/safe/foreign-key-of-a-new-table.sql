-- up
create table parcels (id int primary key, user_id int references users (id));
create index parcels_user on parcels (user_id);
-- down
drop table parcels;

-- up
cluster users using users_pkey;
-- down
alter table users set without cluster;

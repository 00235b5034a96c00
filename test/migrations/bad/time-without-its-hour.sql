-- up
alter table users alter column seen type date;
-- down
alter table users alter column seen type timestamp;

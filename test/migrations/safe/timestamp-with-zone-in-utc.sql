-- up
set local timezone to 'UTC';
alter table users alter column seen type timestamptz;
-- down
set local timezone to 'UTC';
alter table users alter column seen type timestamp;

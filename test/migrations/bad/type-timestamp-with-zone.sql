-- up
set local timezone to 'Europe/Zurich';
alter table users alter column seen type timestamptz;
-- down
set local timezone to 'Europe/Zurich';
alter table users alter column seen type timestamp;

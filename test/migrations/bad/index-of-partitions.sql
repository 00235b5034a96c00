-- up
create index events_id on events (id);
-- down
drop index events_id;

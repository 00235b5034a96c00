-- up
alter table events add column seen_at timestamptz default clock_timestamp();
-- down
alter table events drop column seen_at;

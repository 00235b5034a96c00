-- up
alter table orders add column touched timestamptz not null default clock_timestamp();
-- down
alter table orders drop column touched;

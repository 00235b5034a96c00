-- up
create index concurrently if not exists events_2025_id on events_2025 (id);

create index concurrently if not exists events_2026_id on events_2026 (id);

create index concurrently if not exists events_rest_id on events_rest (id);

create index if not exists events_id on only events (id);

alter index events_id attach partition events_2025_id;

alter index events_id attach partition events_2026_id;

alter index events_id attach partition events_rest_id;
-- down
drop index events_id;

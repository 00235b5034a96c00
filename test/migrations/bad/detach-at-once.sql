-- up
alter table events detach partition events_2025;
-- down
alter table events attach partition events_2025 for values from ('2025-01-01') to ('2026-01-01');
-- old
insert into events values (77, '2026-03-03', 'b')

-- before
alter table events_2028 add constraint only_2028 check (at >= '2028-01-01' and at < '2029-01-01');
alter table events_rest add constraint not_2028 check (at < '2028-01-01' or at >= '2029-01-01');
-- up
alter table events attach partition events_2028 for values from ('2028-01-01') to ('2029-01-01');
-- down
alter table events detach partition events_2028;

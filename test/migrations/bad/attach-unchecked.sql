-- up
alter table events attach partition events_2028 for values from ('2028-01-01') to ('2029-01-01');
-- down
alter table events detach partition events_2028;

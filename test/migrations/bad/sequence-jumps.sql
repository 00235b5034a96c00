-- up
alter sequence ticket_no restart with 1000000;
-- down
alter sequence ticket_no start with 1;

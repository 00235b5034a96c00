-- up
select setval('ticket_no', 1000000);

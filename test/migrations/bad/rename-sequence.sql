-- up
alter sequence ticket_no rename to ticket_number;
-- down
alter sequence ticket_number rename to ticket_no;
-- old
select nextval('ticket_no') > 0

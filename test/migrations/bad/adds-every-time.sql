-- up
update users set balance = balance + 100 where id < 10;

update users set status = 'paid' where id < 10;
-- down
update users set balance = balance - 100, status = 'new' where id < 10;
